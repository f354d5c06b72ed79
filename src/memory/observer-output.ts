/** The output side of an Observer: `next` for each write, then `complete` or `error`, and nothing after that. */
import type { Observer } from 'rxjs';
import { FlowError } from '../flow/flow-error.js';
import type { FlowLink } from '../flow/transport.js';
import { failureOf } from './failure-of.js';
import type { OutputPart } from './function-flow.js';

/** An Observer; what it has no method for, it is not told. */
export type OutputObserver = Pick<Observer<Uint8Array>, 'next'> & Partial<Observer<Uint8Array>>;

export class ObserverOutput implements OutputPart {
  #isOver = false;

  constructor(
    private readonly link: FlowLink,
    private readonly where: string,
    private readonly observer: OutputObserver,
  ) {}

  write(buffer: Uint8Array): boolean {
    const { observer, where } = this;
    try {
      if (isClosed(observer)) this.#refuse(new FlowError('closed', `${where} is unsubscribed: it takes no more bytes`));
      else observer.next(buffer);
    } catch (cause) {
      this.#refuse(failureOf(`${where} failed`, cause));
    }
    return true;
  }

  end(): void {
    this.#isOver = true;
    try {
      this.observer.complete?.();
    } catch (cause) {
      // Too late for a write's result to say it, so the flow does.
      this.link.fail(failureOf(`${this.where} failed`, cause));
      return;
    }
    this.link.finished();
  }

  cancel(error: FlowError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    try {
      this.observer.error?.(error);
    } catch {
      // The flow is broken and says why: an observer that cannot take that has nobody left to tell.
    }
  }

  #refuse(error: FlowError): void {
    this.#isOver = true;
    this.link.refuse(error);
  }
}

/** A Subscriber whose subscription has ended would drop what it is given. */
function isClosed(observer: OutputObserver & { readonly closed?: boolean }): boolean {
  return observer.closed === true;
}
