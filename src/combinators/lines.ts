import type { OperatorFunction, Subscriber } from 'rxjs';
import { byteOperator, type ByteStage } from '../flow/byte-operator.js';
import { ByteQueue } from '../flow/byte-queue.js';
import { checkOptions } from '../flow/check-options.js';
import { checkWhole } from '../flow/check-whole.js';
import { FlowError } from '../flow/flow-error.js';
import { LineReader } from '../flow/line-reader.js';

/**
 * Lines of UTF-8 text, ended by LF or CRLF, wherever the chunks cut them; emitted without their ends, an unterminated
 * last line too. A line of more than `maxLineBytes` (default 1 MiB; LF and CR not counted) errors with
 * `too-large` before it is buffered. What is not UTF-8 becomes U+FFFD. Costs linear time, however small the chunks. What
 * has come of the next lines when it is unsubscribed is dropped; a `channel` of `rxjs-flow/codec` keeps it.
 *
 * @example
 * flow.read().pipe(lines(), drainMap((line) => handle(line)))
 */
export function lines(options: { readonly maxLineBytes?: number } = {}): OperatorFunction<Uint8Array, string> {
  checkOptions('lines', options);
  const { maxLineBytes = 2 ** 20 } = options;
  checkWhole('lines: maxLineBytes', maxLineBytes);
  return byteOperator('lines', () => new LineCutter(maxLineBytes));
}

class LineCutter implements ByteStage<string> {
  readonly #bytes = new ByteQueue();
  readonly #reader: LineReader;

  constructor(maxLineBytes: number) {
    this.#reader = new LineReader(maxLineBytes, (bytes) => {
      return new FlowError('too-large', `lines: line of ${bytes} bytes or more exceeds maxLineBytes ${maxLineBytes}`);
    });
  }

  onBytes(chunk: Uint8Array, output: Subscriber<string>): void {
    this.#bytes.push(chunk);
    while (!output.closed) {
      const line = this.#reader.next(this.#bytes);
      if (line === undefined) return;
      output.next(line);
    }
  }

  onEnd(output: Subscriber<string>): void {
    const line = this.#reader.last(this.#bytes);
    if (line !== undefined) output.next(line);
  }
}
