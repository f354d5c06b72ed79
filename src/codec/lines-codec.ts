import { LineReader } from '../flow/line-reader.js';
import type { Codec } from './codec.js';
import { frameLimit, tooLarge, type FrameLimit } from './frame-limit.js';
import { checkNewline, lineText, type Newline } from './line-text.js';

/** How the lines of `linesCodec` end, and how long they may be. */
export interface LinesOptions extends FrameLimit {
  /** What ends a line that is written (default `'\n'`). */
  readonly newline?: Newline;
}

/**
 * Lines of UTF-8 text, read with LF or CRLF at their end, which the items come without. A last line that nothing ends
 * is an item too. What is not UTF-8 becomes U+FFFD. A text that holds a line feed, or ends with a carriage return,
 * cannot be encoded (`protocol`).
 *
 * @example
 * framed(flow, linesCodec({ newline: '\r\n', maxFrameBytes: 512 })) // as in SMTP
 */
export function linesCodec(options: LinesOptions = {}): Codec<string> {
  const maxFrameBytes = frameLimit(NAME, options);
  const { newline = '\n' } = options;
  checkNewline(NAME, newline);
  const oversize = (bytes: number) => tooLarge(NAME, bytes, maxFrameBytes, 'at least');
  return {
    name: NAME,
    encode(line) {
      const bytes = lineText(NAME, line, newline);
      const size = bytes.length - newline.length;
      if (size > maxFrameBytes) throw tooLarge(NAME, size, maxFrameBytes, 'exactly');
      return [bytes];
    },
    decoder: () => {
      const reader = new LineReader(maxFrameBytes, oversize);
      return { decode: (bytes) => reader.next(bytes), finish: (bytes) => reader.last(bytes) };
    },
  };
}

const NAME = 'lines';
