/**
 * A copy that nobody watches: it ends when it can do no more, and says why in a line of log. After mirage-flow v4,
 * `Mirage_flow_combinators.Forward`. What must be acted on is `copy`'s.
 */
import { Observable, tap } from 'rxjs';
import { checkFlow } from '../flow/check-flow.js';
import { checkOptions } from '../flow/check-options.js';
import { describe } from '../flow/describe.js';
import type { Flow } from '../flow/flow.js';
import { formatError } from '../flow/format-error.js';
import { reportUnhandled } from '../flow/report-unhandled.js';
import { chooseCopy } from './choose-copy.js';
import { DelegatingFlow } from '../flow/delegating-flow.js';

/** What a forward logs, and where to. */
export interface ForwardOptions {
  /** Also log each buffer, by its size, and the orderly end. */
  readonly verbose?: boolean;
  /** Takes one line, without a newline (default `console.error`). */
  readonly log?: (line: string) => void;
}

/**
 * Copies `src` into `dst` until `src` ends or `dst` is closed, then emits once and completes. It never errors: a failure
 * of either flow is one line to `log`, and completes it too. Cold; unsubscribing stops it. It ends neither flow.
 *
 * @example
 * forward(client, server, { log: (line) => lines.push(line) }).subscribe();
 */
export function forward(src: Flow, dst: Flow, options: ForwardOptions = {}): Observable<void> {
  checkFlow('forward: src', src);
  checkFlow('forward: dst', dst);
  checkOptions('forward', options);
  const { verbose = false, log = logToConsole } = options;
  if (typeof log !== 'function') throw new TypeError(`forward: log must be a function, not ${describe(log)}`);
  if (typeof verbose !== 'boolean') throw new TypeError(`forward: verbose must be a boolean, not ${describe(verbose)}`);
  const say = (event: string) => callSafely(log, `forward ${src.name} -> ${dst.name}: ${event}`);
  const from = verbose ? new TappedFlow(src, ({ byteLength }) => say(`${byteLength} bytes`)) : src;
  return new Observable<void>((subscriber) => {
    const end = (event: string, isNews: boolean) => {
      if (subscriber.closed) return;
      if (isNews) say(event);
      subscriber.next();
      subscriber.complete();
    };
    const run = chooseCopy(from, dst, {
      onCopied: () => end('EOF', verbose),
      onCopyFailed: (side, cause) => end(`${side === 'read' ? 'reading' : 'writing'} failed: ${formatError(cause)}`, true),
    });
    subscriber.add(() => run.stop());
    run.start();
    // Idle, it would hear of the destination's end only when there is something to write again.
    subscriber.add(
      dst.closed.subscribe({
        complete: () => end('the destination is closed', verbose),
        error: (cause: unknown) => end(`the destination broke: ${formatError(cause)}`, true),
      }),
    );
  });
}

class TappedFlow extends DelegatingFlow {
  constructor(
    inner: Flow,
    private readonly onBuffer: (buffer: Uint8Array) => void,
  ) {
    super(inner);
  }

  override read(): Observable<Uint8Array> {
    return super.read().pipe(tap((buffer) => this.onBuffer(buffer)));
  }
}

/** A log that throws is reported as RxJS reports a failing observer, and does not stop the bytes. */
function callSafely(log: (line: string) => void, line: string): void {
  try {
    log(line);
  } catch (thrown) {
    reportUnhandled(thrown);
  }
}

function logToConsole(line: string): void {
  // eslint-disable-next-line no-console -- a failure that nobody logs must not vanish
  console.error(line);
}
