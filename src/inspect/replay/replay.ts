import { from, type ObservableInput } from 'rxjs';
import { checkOptions } from '../../flow/check-options.js';
import { describe } from '../../flow/describe.js';
import type { Flow } from '../../flow/flow.js';
import { makeFlow } from '../../flow/make-flow.js';
import type { TapeEvent } from '../tape/tape-event.js';
import { tapeOf } from '../tape/tape-of.js';
import { TapePlayer } from './tape-player.js';

/** Whether a tape is played in its own time. */
export interface ReplayOptions {
  /** Without the recorded times: everything as soon as it is wanted and the writes before it are done (default false). */
  readonly immediate?: boolean;
}

/**
 * A flow that plays the peer of a recorded one: what was read is there to be read again, what was written has to be
 * written again, and the ends and failures come as they came. The tape is subscribed to at once and held in memory.
 *
 * - **Reads** come at their recorded times since this call, on RxJS timers, and never before the writes (and the end of
 *   writing) that precede them on the tape: a program that is late moves the rest of the tape by as much. What was read
 *   after the flow had ended is there, unread, when it ends, unless nobody read at that moment: then the tape had ended
 *   too. Buffers are cut as they were, and belong to the tape: do not change them.
 * - **Writes** are compared byte by byte, however they are cut, and may run ahead of the reads. They, and the end of
 *   writing, stay pending as long as the recorded ones did, and until a tape that is still coming says how long that was; one
 *   whose result it never has is accepted at once, or when the tape has come. What was pending when the recorded program
 *   aborted, or an end of writing when the flow broke, stays so until this one does. A byte that differs, one too many, and
 *   an end before the tape's last byte break the flow with code `protocol` and a message that shows both sides. Where the
 *   tape's writes fail, so do these, at that time.
 * - A tape that stops before the peer's end (or has a `gap`) breaks the flow with `truncated` if a reader wants more when
 *   the time of its last event has come; a tape that fails breaks it with its error. One with something on it that is no
 *   event, or cannot follow those before it (a read after EOF, a second result of a write), breaks it with `failed` and a
 *   cause that names the event; an array of such throws that at once.
 *
 * @example
 * const flow = replay(loadTape(readFileSync('login.tape', 'utf8')));
 * login(flow, 'anna').subscribe(); // against what the server said when the tape was made
 */
export function replay(tape: ObservableInput<TapeEvent>, options: ReplayOptions = {}): Flow {
  checkOptions('replay', options);
  const { immediate = false } = options;
  if (typeof immediate !== 'boolean') throw new TypeError(`replay: immediate must be a boolean, not ${describe(immediate)}`);
  const player = new TapePlayer(immediate);
  player.load(from(tapeOf('replay: tape', tape)));
  return makeFlow(player);
}
