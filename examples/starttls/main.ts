/**
 * `npx tsx examples/starttls/main.ts` (in a checkout after `npm run build`): a client and a server
 * change from plain text to TLS in the middle of a conversation, and the tape shows what a listener on the line gets.
 */
import { flowPair } from 'rxjs-flow';
import { record } from 'rxjs-flow/inspect';
import { generate } from 'selfsigned';
import { sendMail } from './mail-client.js';
import { serveMail } from './mail-server.js';

const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], { keyType: 'ec', algorithm: 'sha256' });
const [near, far] = flowPair();
const { flow: line, tape } = record(near);

tape.subscribe((event) => {
  if ('data' in event && event.data.byteLength > 0) console.log(event.kind.padEnd(6), printable(event.data));
});

await Promise.all([
  sendMail(line, { from: 'ada@client.example', to: 'bob@mail.example', text: 'Only Bob should read this.' }, { ca: cert }),
  serveMail(far, { cert, key }, (mail) => console.log(`mail   for ${mail.to}: ${mail.text}`)),
]);

function printable(bytes: Uint8Array): string {
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, 60)).trimEnd();
  return /^[\x20-\x7e\r\n]*$/.test(text) ? JSON.stringify(text) : `${bytes.byteLength} bytes that only the two can read`;
}
