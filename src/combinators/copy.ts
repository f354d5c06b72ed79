/**
 * One direction, from a flow's read side into another's write side. It ends neither flow: `proxy` carries ends across.
 * After mirage-flow v4, `Mirage_flow_combinators.Copy`.
 */
import { interval, Observable } from 'rxjs';
import { checkFlow } from '../flow/check-flow.js';
import { checkOptions } from '../flow/check-options.js';
import { checkDuration } from '../flow/check-duration.js';
import type { Flow } from '../flow/flow.js';
import { chooseCopy } from './choose-copy.js';
import { CopyError } from './copy-error.js';
import type { CopyRun } from './copy-run.js';
import type { CopyStats } from './copy-stats.js';

/** What a copy tells before its end: nothing, unless it is asked to. */
export interface CopyOptions {
  /** Also emit what has been copied so far, this often, while the copy runs. */
  readonly sampleMs?: number;
}

/**
 * Copies `src` into `dst` until EOF, never more than one buffer ahead of what `dst` has room for. Cold: each
 * subscription is a copy of its own. Emits the {@link CopyStats} once, at the end, and completes; with `sampleMs` also
 * while it runs. Unsubscribing stops it: what has not been read stays in `src`. It never ends `dst`.
 *
 * Errors with `CopyError`: side `read` if `src` broke or is being read already (`busy`), side `write` if `dst`
 * breaks meanwhile, even with nothing to write, or refuses what there is (`closed`); what was read and not accepted is then lost.
 *
 * Buffers go from one flow to the other by reference. After `Mirage_flow_combinators.Copy`.
 *
 * @example
 * copy(a, b).subscribe((stats) => console.log(formatStats(stats)));
 */
export function copy(src: Flow, dst: Flow, options: CopyOptions = {}): Observable<CopyStats> {
  checkFlow('copy: src', src);
  checkFlow('copy: dst', dst);
  checkOptions('copy', options);
  const { sampleMs } = options;
  if (sampleMs !== undefined) checkDuration('copy: sampleMs', sampleMs);
  return new Observable<CopyStats>((subscriber) => {
    const run: CopyRun = chooseCopy(src, dst, {
      onCopied: () => {
        subscriber.next(run.stats);
        subscriber.complete();
      },
      onCopyFailed: (side, cause) => {
        const { stats } = run;
        const done = side === 'read' ? `reading failed after ${stats.readBytes} bytes` : `writing failed after ${stats.writeBytes} bytes`;
        subscriber.error(new CopyError(`copy ${src.name} -> ${dst.name}: ${done}`, { side, stats, cause }));
      },
    });
    subscriber.add(() => run.stop());
    if (sampleMs !== undefined) subscriber.add(interval(sampleMs).subscribe(() => subscriber.next(run.stats)));
    run.start();
    subscriber.add(dst.closed.subscribe({ error: (cause: unknown) => run.failWriting(cause) }));
  });
}
