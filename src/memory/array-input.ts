/** Pieces that are read as they are, by reference, one a read. */
import type { FlowLink } from '../flow/transport.js';
import type { InputPart } from './function-flow.js';

export class ArrayInput implements InputPart {
  #at = 0;

  constructor(
    private readonly link: FlowLink,
    private pieces: readonly Uint8Array[],
  ) {}

  pull(): void {
    while (this.#at < this.pieces.length) {
      const piece = this.pieces[this.#at]!;
      this.#at += 1;
      if (!this.link.push(piece)) return;
    }
    this.link.end();
  }

  stop(): void {
    this.cancel();
    this.link.end();
  }

  cancel(): void {
    this.pieces = [];
  }
}
