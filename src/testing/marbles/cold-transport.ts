/**
 * A transport that plays a marble diagram to its reader and notes what is written to it, frame by frame. The diagram
 * starts with the first read, and goes on from there whether or not anybody reads.
 */
import { Subscription, type SchedulerLike } from 'rxjs';
import type { FlowError } from '../../flow/flow-error.js';
import type { FlowLink, Transport } from '../../flow/transport.js';
import { asFlowError } from '../as-flow-error.js';
import type { Moment } from './moment.js';

export class ColdTransport implements Transport {
  /** What was done to this side: writes, the end of the write side, an abort. */
  readonly written: Moment[] = [];

  #link!: FlowLink;
  #hasStarted = false;
  #hasFailed = false;
  readonly #actions = new Subscription();

  constructor(
    readonly name: string,
    private readonly moments: readonly Moment[],
    private readonly scheduler: SchedulerLike,
  ) {}

  open(link: FlowLink): void {
    this.#link = link;
  }

  pull(): void {
    if (this.#hasStarted) return;
    this.#hasStarted = true;
    for (const moment of this.moments) this.#actions.add(this.scheduler.schedule(() => this.#play(moment), moment.frame));
  }

  write(buffer: Uint8Array): boolean {
    this.#note('next', buffer);
    return true;
  }

  end(): void {
    this.#note('complete');
    this.#link.finished();
  }

  abort(error: FlowError): void {
    this.#actions.unsubscribe();
    if (!this.#hasFailed) this.#note('error', error);
  }

  #play(moment: Moment): void {
    // The answer to a push is left aside: what nobody waits for stays in the flow.
    if (moment.kind === 'next') this.#link.push((moment.value as Uint8Array).slice());
    else if (moment.kind === 'complete') this.#link.end();
    else {
      this.#hasFailed = true;
      this.#link.fail(asFlowError(moment.value, `${this.name}: failed by its marbles`));
    }
  }

  #note(kind: Moment['kind'], value?: unknown): void {
    this.written.push({ frame: this.scheduler.now(), kind, value });
  }
}
