import type { Observable } from 'rxjs';
import { checkFlow } from '../../flow/check-flow.js';
import { checkOptions } from '../../flow/check-options.js';
import { checkWhole } from '../../flow/check-whole.js';
import type { Flow } from '../../flow/flow.js';
import type { TapeEvent } from '../tape/tape-event.js';
import { Tape } from '../tape/tape.js';
import { PacedFlow } from './paced-flow.js';
import { RecordedFlow } from './recorded-flow.js';
import { Recorder } from './recorder.js';

/** A flow that is recorded, and its tape. */
export interface Recording {
  /** Use this one in place of the flow that was given: only what goes through it is on the tape. */
  readonly flow: Flow;
  /** What happens to it, hot; how it ends, and what it keeps for late subscribers, is said at `record`. */
  readonly tape: Observable<TapeEvent>;
}

/** What the tape holds for subscribers that come late. */
export interface RecordOptions {
  /** Events (default 65536). */
  readonly maxEvents?: number;
  /** Bytes of payload (default 16 MiB); the newest event is held whatever its size. */
  readonly maxBytes?: number;
}

/**
 * Records a flow. The recorded flow behaves as the one inside: the same results, endings, errors, backpressure and
 * order, and it takes nothing on its own.
 *
 * The tape is hot: it runs whether or not anybody subscribes. A subscriber gets first what the tape still holds, from
 * its start on, then what happens; where older events were let go (see {@link RecordOptions}), a `gap` event counts
 * them, so subscribe at once to miss nothing. It completes once the flow is closed or broken and the reader of that
 * moment, if there is one, has got the rest; it never errors. What a reader gets that comes only after that is not on it,
 * and a replay gives that reader an end instead. Payloads are on it by reference where that keeps no more than twice their
 * size alive, else copied: do not change them.
 *
 * Events are given inside the read or write that causes them, so a slow consumer (`drainMap`, `asSink`) slows the program
 * down to its own speed. While it holds the tape, no more is read, be it by this `read()` or by the next one, and what
 * writes, `shutdown` and `close` report is told once it lets go, or the flow is over: what they do is not delayed. So a
 * tape goes to a file in bounded memory, but for writes whose results nobody waits for. A consumer that itself waits for
 * the flow it records (for an answer, or for the result of a write) waits for ever. And one that calls the flow comes before
 * what it is being told of: its write overtakes that write, and with a reader that it unsubscribes goes the buffer on its way.
 *
 * @example
 * const { flow, tape } = record(inner);
 * tape.pipe(saveTape(), drainMap((line) => file.write(line))).subscribe();
 */
export function record(flow: Flow, options: RecordOptions = {}): Recording {
  checkFlow('record: flow', flow);
  checkOptions('record', options);
  const { maxEvents = 65536, maxBytes = 2 ** 24 } = options;
  checkWhole('record: maxEvents', maxEvents);
  checkWhole('record: maxBytes', maxBytes);
  const tape = new Tape(flow.name, { maxEvents, maxBytes });
  return { flow: new PacedFlow(new RecordedFlow(flow, new Recorder(tape)), tape.gate), tape: tape.events };
}
