/** Sends a mail over any flow: in clear as far as STARTTLS (RFC 3207), and the mail itself only over TLS. */
import { firstValueFrom } from 'rxjs';
import { detach, FlowError, type Flow } from 'rxjs-flow';
import { channel } from 'rxjs-flow/codec';
import { tlsClient, type TlsClientOptions } from 'rxjs-flow/node';
import { ask, CRLF, type Mail } from './conversation.js';

/** Resolves when the server has the mail and both have said goodbye; rejects, and aborts the flow, if anything is amiss. */
export async function sendMail(flow: Flow, mail: Mail, options: TlsClientOptions): Promise<void> {
  try {
    const clear = channel(flow, CRLF);
    await ask(clear, 220); // the greeting
    const offers = await ask(clear, 250, 'EHLO client.example');
    // Somebody on the way may have struck it out: then there is no mail, rather than one that all can read.
    if (!offers.includes('STARTTLS')) throw new FlowError('unsupported', `${flow.name}: the server does not offer STARTTLS`);
    await ask(clear, 220, 'STARTTLS');
    // The same line goes on in another protocol: what was read ahead of it, if anything, comes first.
    const secure = channel(await firstValueFrom(tlsClient(clear.rest(), options).pipe(detach())), CRLF);
    await ask(secure, 250, 'EHLO client.example');
    await ask(secure, 250, `MAIL FROM:<${mail.from}>`);
    await ask(secure, 250, `RCPT TO:<${mail.to}>`);
    await ask(secure, 354, 'DATA');
    // A line with nothing but a dot ends the mail, so one more goes before those that begin with one.
    await ask(secure, 250, ...mail.text.split('\n').map((line) => line.replace(/^\./, '..')), '.');
    await ask(secure, 221, 'QUIT');
    await firstValueFrom(secure.close());
  } catch (error) {
    flow.abort(error);
    throw error;
  }
}
