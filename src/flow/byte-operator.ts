/**
 * The frame of every operator on buffers: a stage takes chunks, emits what they amount to within the same call, and says
 * its last word when the source completes. What it throws becomes the error notification. It keeps no bytes itself.
 */
import { Observable, Subscriber, type OperatorFunction } from 'rxjs';
import { describe } from './describe.js';
import { isBytes } from './is-bytes.js';

/** One subscription's work. It stops emitting as soon as `output.closed`. */
export interface ByteStage<R> {
  onBytes(chunk: Uint8Array, output: Subscriber<R>): void;
  /** The source has completed; the operator completes after this. */
  onEnd(output: Subscriber<R>): void;
}

/** An operator by `name` (for messages) that runs each subscription through a stage of its own. */
export function byteOperator<R>(name: string, makeStage: () => ByteStage<R>): OperatorFunction<Uint8Array, R> {
  return (source) => new Observable((output) => source.subscribe(new StageSubscriber(name, makeStage(), output)));
}

class StageSubscriber<R> extends Subscriber<Uint8Array> {
  constructor(
    private readonly name: string,
    private readonly stage: ByteStage<R>,
    private readonly output: Subscriber<R>,
  ) {
    // A Subscriber, as RxJS's own operators are: the source sees at once that the output has closed.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    super(output);
  }

  /** @internal RxJS's hook for subclasses of Subscriber. */
  protected override _next(chunk: Uint8Array): void {
    if (!isBytes(chunk)) {
      this.error(new TypeError(`${this.name}: the source must emit Uint8Arrays, not ${describe(chunk)}`));
      return;
    }
    try {
      this.stage.onBytes(chunk, this.output);
    } catch (error) {
      this.error(error);
    }
  }

  /** @internal RxJS's hook for subclasses of Subscriber. */
  protected override _complete(): void {
    try {
      this.stage.onEnd(this.output);
    } catch (error) {
      this._error(error);
      return;
    }
    // What the stage emitted last may have been all that was wanted, and has ended this then.
    if (!this.closed) super._complete();
  }
}
