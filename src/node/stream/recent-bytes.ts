/**
 * What a stream says, for whoever listens: it goes to every subscriber as it comes, and its last bytes are kept for those
 * who come later. It never makes the stream wait, and never keeps more than its limit.
 */
import { Observable, Subject } from 'rxjs';

export class RecentBytes {
  readonly #live = new Subject<Uint8Array>();
  #kept: Uint8Array[] = [];
  #keptBytes = 0;
  #isEnded = false;

  /** First what is kept, then what comes; completes with the stream. */
  readonly observable = new Observable<Uint8Array>((subscriber) => {
    for (const buffer of this.#kept) subscriber.next(buffer);
    if (this.#isEnded) subscriber.complete();
    else subscriber.add(this.#live.subscribe(subscriber));
  });

  constructor(private readonly limitBytes: number) {}

  push(buffer: Uint8Array): void {
    this.#kept.push(buffer);
    this.#keptBytes += buffer.byteLength;
    while (this.#keptBytes > this.limitBytes) this.#dropOldest();
    this.#live.next(buffer);
  }

  end(): void {
    this.#isEnded = true;
    this.#live.complete();
  }

  #dropOldest(): void {
    const oldest = this.#kept[0]!;
    const tooMuch = this.#keptBytes - this.limitBytes;
    if (tooMuch < oldest.byteLength) this.#kept[0] = oldest.slice(tooMuch);
    else this.#kept.shift();
    this.#keptBytes -= Math.min(tooMuch, oldest.byteLength);
  }
}
