/**
 * Copies between two flows of this package from pipe to pipe: what the source's pipe delivers is pushed into the
 * destination's in the same call, by reference, with nothing allocated for it. Other flows are copied by
 * `public-copy.ts`, to the same counts and errors.
 */
import type { Pipe, Reader, RoomWaiter } from '../engine/pipe.js';
import { FULL, OK } from '../engine/status.js';
import type { Flow } from '../flow/flow.js';
import { busyError } from '../flow/read.js';
import { CopyRun, type CopyListener } from './copy-run.js';

export class EngineCopy extends CopyRun implements Reader, RoomWaiter {
  mark = 0;
  /** Bytes of the write that waits for room; none waits at 0. */
  #pending = 0;
  #ended = false;

  constructor(
    private readonly src: Flow,
    private readonly dst: Flow,
    private readonly inbound: Pipe,
    private readonly outbound: Pipe,
    listener: CopyListener,
  ) {
    super(listener);
  }

  start(): void {
    this.inbound.claim(this);
  }

  protected release(): void {
    this.inbound.release(this);
  }

  // ── the source's reader ────────────────────────────────────────────────────────────────────────────────────────

  onData(buffer: Uint8Array): boolean {
    const size = buffer.length;
    this.countRead(size);
    const status = this.outbound.push(buffer);
    if (status === OK) {
      this.countWrite(size);
      return true;
    }
    if (status === FULL) {
      this.#pending = size;
      // Room may be there by now: `onRoom` then resumes inside this delivery, which counts as `true`.
      this.outbound.awaitRoom(this);
      return false;
    }
    this.#refused(buffer);
    return false;
  }

  onEnd(): void {
    // With a write still waiting, this is shutdown('read') on the source: that write's outcome belongs to the copy.
    if (this.#pending > 0) this.#ended = true;
    else this.finish();
  }

  onFailure(reason: unknown): void {
    this.fail('read', reason);
  }

  onBusy(): void {
    this.fail('read', busyError(this.src.name));
  }

  isEnding(): boolean {
    return this.isOver;
  }

  // ── the destination's waiter ───────────────────────────────────────────────────────────────────────────────────

  onRoom(): void {
    if (this.isOver) return;
    this.countWrite(this.#pending);
    this.#pending = 0;
    if (this.#ended) this.finish();
    else this.inbound.resume(this);
  }

  onRefused(reason: unknown): void {
    this.fail('write', reason);
  }

  /** The pipe took nothing: the flow's own `write` knows why, and what a full queue means for it. */
  #refused(buffer: Uint8Array): void {
    this.dst.write(buffer).subscribe((result) => {
      if (!result.ok) this.fail('write', result.error);
    });
  }
}
