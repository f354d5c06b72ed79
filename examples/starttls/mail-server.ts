/** A mail server over any flow, for one conversation. It takes mail only over TLS, and is a toy in all other respects. */
import { firstValueFrom } from 'rxjs';
import { detach, type Flow } from 'rxjs-flow';
import { channel, type Channel } from 'rxjs-flow/codec';
import { tlsServer, type TlsServerOptions } from 'rxjs-flow/node';
import { CRLF, hear, say, type Mail } from './conversation.js';

/** Resolves when the client has said goodbye; rejects, and aborts the flow, if it leaves without. */
export async function serveMail(flow: Flow, options: TlsServerOptions, deliver: (mail: Mail) => void): Promise<void> {
  try {
    const clear = channel(flow, CRLF);
    await say(clear, '220 mail.example at your service');
    if (!(await untilStartTls(clear))) return;
    // What a client has sent in clear behind its STARTTLS is taken for TLS, and fails: nobody can slip commands in.
    const secure = channel(await firstValueFrom(tlsServer(clear.rest(), options).pipe(detach())), CRLF);
    await takeMail(secure, deliver);
  } catch (error) {
    flow.abort(error);
    throw error;
  }
}

/** Whether the client goes on in TLS, and not home. */
async function untilStartTls(clear: Channel): Promise<boolean> {
  for (;;) {
    const [verb] = verbOf(await hear(clear));
    if (verb === 'EHLO') await say(clear, '250-mail.example', '250 STARTTLS');
    else if (verb === 'STARTTLS') await say(clear, '220 go ahead');
    else if (verb === 'QUIT') await goodbye(clear);
    else await say(clear, '530 say STARTTLS first');
    if (verb === 'STARTTLS' || verb === 'QUIT') return verb === 'STARTTLS';
  }
}

async function takeMail(secure: Channel, deliver: (mail: Mail) => void): Promise<void> {
  let [from, to] = ['', ''];
  for (;;) {
    const [verb, argument] = verbOf(await hear(secure));
    if (verb === 'QUIT') return goodbye(secure);
    if (verb === 'MAIL') from = argument;
    if (verb === 'RCPT') to = argument;
    if (verb === 'DATA') {
      await say(secure, '354 end it with a dot');
      deliver({ from, to, text: await textOf(secure) });
    }
    await say(secure, ['EHLO', 'MAIL', 'RCPT', 'DATA'].includes(verb) ? '250 very well' : '500 what was that?');
  }
}

async function textOf(secure: Channel): Promise<string> {
  const lines: string[] = [];
  for (let line = await hear(secure); line !== '.'; line = await hear(secure)) lines.push(line.replace(/^\./, ''));
  return lines.join('\n');
}

async function goodbye(channel: Channel): Promise<void> {
  await say(channel, '221 goodbye');
  await firstValueFrom(channel.close());
}

/** `MAIL FROM:<me@here>` is `['MAIL', 'me@here']`. */
function verbOf(line: string): [string, string] {
  return [/^\w*/.exec(line)![0].toUpperCase(), /<(.*)>/.exec(line)?.[1] ?? ''];
}
