/**
 * The hot end of a recording: stamps events with the time, gives them to its subscribers, and holds a bounded number of
 * the latest for those that come late. It knows nothing of flows.
 */
import { asyncScheduler, Observable, type Subscriber } from 'rxjs';
import { Stopwatch } from '../../flow/stopwatch.js';
import type { TapeEvent } from './tape-event.js';
import { TapeGate } from './tape-gate.js';

/** How much a tape holds for late subscribers; what is older is lost to them, and a `gap` says so. */
export interface TapeLimits {
  readonly maxEvents: number;
  readonly maxBytes: number;
}

/** An event without its time. */
export type TapeNews = TapeEvent extends infer One ? (One extends TapeEvent ? Omit<One, 'at'> : never) : never;

export class Tape {
  readonly events = new Observable<TapeEvent>((subscriber) => this.#subscribe(subscriber));

  /** Closed while a listener holds the tape. */
  readonly gate = new TapeGate();

  readonly #clock = new Stopwatch();
  readonly #start: TapeEvent;

  /** The latest events: `#held[i]` is number `#first + i`, those below `#dropped` are let go of already. */
  #held: (TapeEvent | undefined)[] = [];
  #first = 0;
  #dropped = 0;
  #heldBytes = 0;

  #ended = false;
  readonly #listeners = new Set<Listener>();

  constructor(
    name: string,
    private readonly limits: TapeLimits,
  ) {
    this.#start = { at: 0, kind: 'start', direction: 'both', name, startedAt: asyncScheduler.now() };
  }

  add(news: TapeNews): void {
    if (this.#ended) return;
    const event = { at: this.#clock.elapsed(), ...news } as TapeEvent;
    this.#held.push(event);
    this.#heldBytes += sizeOf(event);
    this.#tellAll();
    this.#trim();
  }

  end(): void {
    this.#ended = true;
    this.#tellAll();
  }

  #subscribe(subscriber: Subscriber<TapeEvent>): () => void {
    const listener: Listener = { subscriber, next: 0, busy: false };
    this.#listeners.add(listener);
    listener.busy = true;
    this.gate.telling(() => subscriber.next(this.#start));
    listener.busy = false;
    this.#tell(listener);
    return () => this.#listeners.delete(listener);
  }

  #tellAll(): void {
    for (const listener of this.#listeners) this.#tell(listener);
  }

  /** Gives one listener what it has not had. It may cause further events meanwhile: they come after this one. */
  #tell(listener: Listener): void {
    const { subscriber } = listener;
    if (listener.busy) return;
    listener.busy = true;
    this.gate.telling(() => {
      while (!subscriber.closed && listener.next < this.#first + this.#held.length) subscriber.next(this.#nextFor(listener));
    });
    listener.busy = false;
    if (this.#ended) subscriber.complete();
  }

  #nextFor(listener: Listener): TapeEvent {
    const missed = this.#dropped - listener.next;
    const number = Math.max(this.#dropped, listener.next);
    const event = this.#held[number - this.#first] as TapeEvent;
    if (missed > 0) {
      listener.next = this.#dropped;
      return { at: event.at, kind: 'gap', direction: 'both', events: missed };
    }
    listener.next = number + 1;
    return event;
  }

  /** Lets go of the oldest; the newest stays, so that a listener in arrears has an event to go on with. */
  #trim(): void {
    const end = this.#first + this.#held.length;
    while (this.#dropped < end - 1 && (end - this.#dropped > this.limits.maxEvents || this.#heldBytes > this.limits.maxBytes)) {
      const at = this.#dropped - this.#first;
      this.#heldBytes -= sizeOf(this.#held[at] as TapeEvent);
      this.#held[at] = undefined;
      this.#dropped += 1;
    }
    // Moving the array up for each event would cost more than the events: only once half of it is empty.
    if ((this.#dropped - this.#first) * 2 < this.#held.length) return;
    this.#held = this.#held.slice(this.#dropped - this.#first);
    this.#first = this.#dropped;
  }
}

interface Listener {
  readonly subscriber: Subscriber<TapeEvent>;
  /** The number of the event that comes next. */
  next: number;
  busy: boolean;
}

function sizeOf(event: TapeEvent): number {
  return 'data' in event ? event.data.byteLength : 0;
}
