/**
 * A queue in a power-of-two array: no `array.shift()`, no node per entry. It grows as needed and gives a large array
 * back once it is empty. It does not count bytes and knows no limit: the pipe does.
 */
export class Ring<T> {
  #slots: (T | undefined)[] = new Array<T | undefined>(SMALLEST);
  #head = 0;
  #mask = SMALLEST - 1;
  length = 0;

  push(item: T): void {
    if (this.length > this.#mask) this.#grow();
    this.#slots[(this.#head + this.length) & this.#mask] = item;
    this.length += 1;
  }

  /** The oldest entry, left in place. Only for a ring that is not empty. */
  peek(): T {
    return this.#slots[this.#head] as T;
  }

  /** The newest entry, left in place. Only for a ring that is not empty. */
  last(): T {
    return this.#slots[(this.#head + this.length - 1) & this.#mask] as T;
  }

  /** The oldest entry, taken out. Only for a ring that is not empty. */
  shift(): T {
    const item = this.#slots[this.#head] as T;
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) & this.#mask;
    this.length -= 1;
    if (this.length === 0 && this.#mask >= LARGE) this.clear();
    return item;
  }

  /** The newest entry, taken out. Only for a ring that is not empty. */
  pop(): T {
    const item = this.last();
    this.length -= 1;
    this.#slots[(this.#head + this.length) & this.#mask] = undefined;
    return item;
  }

  clear(): void {
    this.#slots = new Array<T | undefined>(SMALLEST);
    this.#head = 0;
    this.#mask = SMALLEST - 1;
    this.length = 0;
  }

  #grow(): void {
    const grown = new Array<T | undefined>(this.#slots.length * 2);
    for (let i = 0; i < this.length; i += 1) grown[i] = this.#slots[(this.#head + i) & this.#mask];
    this.#slots = grown;
    this.#head = 0;
    this.#mask = grown.length - 1;
  }
}

const SMALLEST = 16;
const LARGE = 4096;
