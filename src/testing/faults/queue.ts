/**
 * First in, first out, over an array and the place of its front: to `shift()` a long array moves all that is behind. It
 * knows nothing about what waits in it.
 */
export class Queue<T> {
  #items: T[] = [];
  /** Where the oldest is; all before it has gone. Less than the length, unless there is nothing. */
  #front = 0;

  push(item: T): void {
    this.#items.push(item);
  }

  /** The oldest, left in place. */
  first(): T | undefined {
    return this.#items[this.#front];
  }

  /** The newest, left in place. */
  last(): T | undefined {
    return this.#items.at(-1);
  }

  /** Takes the oldest out. Only for a queue that is not empty. */
  drop(): void {
    this.#front += 1;
    // Once the front half has gone, so that no item is moved more than once for each that goes.
    if (this.#front * 2 < this.#items.length) return;
    this.#items.splice(0, this.#front);
    this.#front = 0;
  }

  clear(): void {
    this.#items = [];
    this.#front = 0;
  }
}
