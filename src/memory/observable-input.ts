/**
 * The input side of an Observable: subscribed by the first read. It cannot be made to wait, so what comes while nobody
 * reads is queued by the engine, up to the flow's limit.
 */
import { Subject, takeUntil, type Observable } from 'rxjs';
import { describe } from '../flow/describe.js';
import { FlowError } from '../flow/flow-error.js';
import { isBytes } from '../flow/is-bytes.js';
import type { FlowLink } from '../flow/transport.js';
import { failureOf } from './failure-of.js';
import type { InputPart } from './function-flow.js';

export class ObservableInput implements InputPart {
  /** Ends the subscription, in the middle of a synchronous source's subscribe call too. */
  readonly #stopped = new Subject<void>();
  #subscribed = false;

  constructor(
    private readonly link: FlowLink,
    private readonly where: string,
    private readonly source: Observable<Uint8Array>,
  ) {}

  pull(): void {
    if (this.#subscribed) return;
    this.#subscribed = true;
    const { link, where } = this;
    this.source.pipe(takeUntil(this.#stopped)).subscribe({
      next: (buffer) => this.#hand(buffer),
      error: (cause: unknown) => link.fail(failureOf(`${where} failed`, cause)),
      complete: () => link.end(),
    });
  }

  stop(): void {
    this.cancel();
    this.link.end();
  }

  cancel(): void {
    this.#stopped.next();
  }

  #hand(buffer: unknown): void {
    if (isBytes(buffer)) this.link.push(buffer);
    else this.link.fail(new FlowError('failed', `${this.where} emitted ${describe(buffer)}, not a Uint8Array`));
  }
}
