import { concat, concatMap, defer, type Observable, type ObservableInput, of, type OperatorFunction } from 'rxjs';
import { isBytes } from '../../flow/is-bytes.js';
import { observableOf } from './observable-of.js';
import type { TapeEvent } from './tape-event.js';
import { TapeReader } from './tape-reader.js';

/**
 * The events of a tape's file (`docs/tape-format.md`), one by one: no more is kept than a line, and which writes are
 * pending. The file comes as bytes or text, cut anywhere, as lines with or without their newlines, or whole. `at` says
 * when each event happened; to have them again at those times is `replay`'s job.
 *
 * Errors with a `FlowError` that names the line: `protocol` for a line that is not as the format says, or cannot
 * follow those before it (a read after EOF, a second result of a write), `truncated` for a last line that is cut off (what
 * precedes it has been emitted), `unsupported` for another version, `too-large` for a line above 256 MiB.
 *
 * @example
 * loadTape(createReadStream('a.tape')).subscribe((event) => console.log(event.at, event.kind));
 */
export function loadTape(): OperatorFunction<string | Uint8Array, TapeEvent>;
export function loadTape(file: string | Uint8Array | ObservableInput<string | Uint8Array>): Observable<TapeEvent>;
export function loadTape(
  file?: string | Uint8Array | ObservableInput<string | Uint8Array>,
): OperatorFunction<string | Uint8Array, TapeEvent> | Observable<TapeEvent> {
  if (file === undefined) return eventsOf;
  return eventsOf(typeof file === 'string' || isBytes(file) ? of(file) : observableOf('loadTape: file', file));
}

function eventsOf(file: Observable<string | Uint8Array>): Observable<TapeEvent> {
  return defer(() => {
    const reader = new TapeReader();
    return concat(
      file.pipe(concatMap((chunk) => reader.read(chunk))),
      defer(() => reader.end()),
    );
  });
}
