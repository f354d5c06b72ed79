/** A line's bytes on their way out: the text, checked, and its end. */
import { describe } from '../flow/describe.js';
import { FlowError } from '../flow/flow-error.js';
import { utf8 } from '../flow/utf8.js';

/** What ends a line that is written; both kinds are read. */
export type Newline = '\n' | '\r\n';

export function checkNewline(where: string, newline: Newline): void {
  if (newline === '\n' || newline === '\r\n') return;
  const came = typeof newline === 'string' ? JSON.stringify(newline) : describe(newline);
  throw new TypeError(`${where}: newline must be '\\n' or '\\r\\n', not ${came}`);
}

/** The line and its end in one buffer. Throws for a text that would be read as something else than this one line. */
export function lineText(where: string, line: string, newline: Newline): Uint8Array {
  if (typeof line !== 'string') throw new TypeError(`${where}: a line must be a string, not ${describe(line)}`);
  if (line.includes('\n')) throw new FlowError('protocol', `${where}: a line must not hold a line feed`);
  if (line.endsWith('\r')) throw new FlowError('protocol', `${where}: a line must not end with a carriage return`);
  return utf8(line + newline);
}
