/** What both sides of a mail conversation have in common: lines of text, and replies of one or more of them (RFC 5321 §4.2). */
import { firstValueFrom } from 'rxjs';
import { FlowError } from 'rxjs-flow';
import type { Channel } from 'rxjs-flow/codec';

export interface Mail {
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

export const CRLF = { newline: '\r\n', maxLineBytes: 1000 } as const;

/** Sends lines, in one write. */
export async function say(channel: Channel, ...lines: readonly string[]): Promise<void> {
  for (const line of lines) channel.writeLine(line);
  const result = await firstValueFrom(channel.flush());
  if (!result.ok) throw result.error;
}

/** The next line; a line that ends before there is one has been cut. */
export async function hear(channel: Channel): Promise<string> {
  const line = await firstValueFrom(channel.readLine(), { defaultValue: null });
  if (line === null) throw new FlowError('truncated', `${channel.name}: the other side has left in the middle of the conversation`);
  return line;
}

/** Says something and hears the reply, whose lines come back without the code that all must begin with. */
export async function ask(channel: Channel, code: number, ...lines: readonly string[]): Promise<string[]> {
  if (lines.length > 0) await say(channel, ...lines);
  const replies: string[] = [];
  for (let more = true; more; ) {
    const line = await hear(channel);
    if (!line.startsWith(String(code))) throw new FlowError('protocol', `${channel.name}: expected ${code}, got ${line.slice(0, 100)}`);
    replies.push(line.slice(4));
    more = line[3] === '-';
  }
  return replies;
}
