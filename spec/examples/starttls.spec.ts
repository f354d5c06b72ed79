import { firstValueFrom } from 'rxjs';
import { type Mail } from '../../examples/starttls/conversation.js';
import { sendMail } from '../../examples/starttls/mail-client.js';
import { serveMail } from '../../examples/starttls/mail-server.js';
import { collectText } from '../../src/combinators/collect-text.js';
import type { Flow } from '../../src/flow/flow.js';
import { utf8 } from '../../src/flow/utf8.js';
import { record } from '../../src/inspect/record/record.js';
import { flowPair } from '../../src/memory/pair.js';
import { flowScript } from '../../src/testing/flow-script.js';
import { authorityAndServer, type Certified } from '../support/certificates.js';

const mail: Mail = { from: 'ada@client.example', to: 'bob@mail.example', text: 'a secret\n.with a dot before it\n\n.' };

let authority: Certified;
let server: Certified;

beforeAll(async () => {
  ({ authority, server } = await authorityAndServer());
});

/** What each side has come to, the server with the mails it got. */
async function outcome(near: Flow, far: Flow, servername = 'localhost'): Promise<{ sent: unknown; served: unknown; mails: Mail[] }> {
  const mails: Mail[] = [];
  const failure = (error: unknown) => error;
  const [sent, served] = await Promise.all([
    sendMail(near, mail, { ca: authority.cert, servername }).then(() => 'sent', failure),
    serveMail(far, server, (one) => mails.push(one)).then(() => 'served', failure),
  ]);
  return { sent, served, mails };
}

describe('the STARTTLS example', () => {
  it('delivers a mail whose text nobody on the line can read', async () => {
    const [near, far] = flowPair();
    const { flow, tape } = record(near);
    let onTheLine = '';
    tape.subscribe((event) => (onTheLine += 'data' in event ? Buffer.from(event.data).toString('latin1') : ''));
    expect(await outcome(flow, far)).toEqual({ sent: 'sent', served: 'served', mails: [mail] });
    expect(onTheLine).toContain('STARTTLS');
    expect(onTheLine).not.toContain('secret');
  });

  it('sends nothing where the certificate is not for the server that was meant', async () => {
    const { sent, mails } = await outcome(...flowPair(), 'other.example');
    expect(sent).toMatchObject({ code: 'protocol', message: expect.stringMatching(/is not valid for other\.example/) as string });
    expect(mails).toEqual([]);
  });

  it('sends nothing where STARTTLS is not offered', async () => {
    const script = flowScript().read('220 mail.example\r\n').write('EHLO client.example\r\n').read('250 mail.example\r\n');
    await expect(sendMail(script.build(), mail, {})).rejects.toMatchObject({ code: 'unsupported' });
  });

  it.each([
    ['refuses', '554 go away\r\n', 'protocol'],
    ['leaves', '', 'truncated'],
  ])('fails where the server %s', async (_, text, code) => {
    const script = flowScript();
    if (text !== '') script.read(text);
    await expect(sendMail(script.eof().build(), mail, {})).rejects.toMatchObject({ code });
  });

  it('takes nothing that was said in clear for what is said over TLS', async () => {
    const [near, far] = flowPair();
    const mails: Mail[] = [];
    const served = serveMail(far, server, (one) => mails.push(one));
    near.write(utf8('STARTTLS\r\nMAIL FROM:<mallory@else.where>\r\n'));
    await expect(served).rejects.toMatchObject({ code: 'protocol' });
    expect(mails).toEqual([]);
  });

  it('takes no mail in clear, and says goodbye', async () => {
    const [near, far] = flowPair();
    const served = serveMail(far, server, () => {});
    near.write(utf8('MAIL FROM:<ada@client.example>\r\nQUIT\r\n'));
    near.close();
    expect(await firstValueFrom(near.read().pipe(collectText()))).toBe('220 mail.example at your service\r\n530 say STARTTLS first\r\n221 goodbye\r\n');
    await served;
  });
});
