import type { OperatorFunction, Subscriber } from 'rxjs';
import { byteOperator, type ByteStage } from '../flow/byte-operator.js';

/**
 * Decodes UTF-8, wherever the chunks cut it: emits the text of each chunk, except where that is empty. What is not UTF-8
 * becomes U+FFFD, a character that is unfinished when the source completes too. A byte order mark is kept.
 *
 * @example
 * flow.read().pipe(text()).subscribe((part) => terminal.write(part))
 */
export function text(): OperatorFunction<Uint8Array, string> {
  return byteOperator('text', () => new Decoding());
}

class Decoding implements ByteStage<string> {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  onBytes(chunk: Uint8Array, output: Subscriber<string>): void {
    emit(this.#decoder.decode(chunk, { stream: true }), output);
  }

  onEnd(output: Subscriber<string>): void {
    emit(this.#decoder.decode(), output);
  }
}

function emit(part: string, output: Subscriber<string>): void {
  if (part !== '') output.next(part);
}
