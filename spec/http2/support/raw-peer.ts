// A peer that speaks HTTP/2 frame by frame, and as wrongly as a spec wants. Source: RFC 9113 §4.1, §6.

import { filter, firstValueFrom, Subject } from 'rxjs';
import { utf8, type Flow } from 'rxjs-flow';

const PREFACE = utf8('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
export const DATA = 0;
export const HEADERS = 1;
export const RST_STREAM = 3;
export const SETTINGS = 4;
export const PUSH_PROMISE = 5;
export const PING = 6;
export const GOAWAY = 7;
export const WINDOW_UPDATE = 8;
export const END_STREAM = 1;
const ACK = 1;
export const END_HEADERS = 4;

/** `:status 200`, and `GET http / x`, by HPACK's static table. */
export const STATUS_200 = Uint8Array.of(0x88);
export const GET_ROOT = Uint8Array.of(0x82, 0x86, 0x84, 0x41, 1, 0x78);

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Uint8Array;
}

export function frame(type: number, flags: number, stream: number, payload: Uint8Array = new Uint8Array(0)): Uint8Array {
  const bytes = new Uint8Array(9 + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, (payload.length << 8) | type);
  view.setUint8(4, flags);
  view.setUint32(5, stream);
  bytes.set(payload, 9);
  return bytes;
}

/** Big-endian numbers of four bytes each. */
export function words(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  for (const [at, value] of values.entries()) view.setUint32(4 * at, value);
  return bytes;
}

/** A field that is in no table. */
export function literal(name: string, value: string): Uint8Array {
  const length = value.length < 127 ? [value.length] : [127, ((value.length - 127) & 127) | 128, (value.length - 127) >> 7];
  return Uint8Array.from([0, name.length, ...utf8(name), ...length, ...utf8(value)]);
}

export class RawPeer {
  /** Every frame that came. */
  readonly frames = new Subject<Frame>();
  #bytes = new Uint8Array(0);

  /** @param isClient begins with the preface, and skips the one that a client sends otherwise. */
  constructor(
    readonly flow: Flow,
    isClient: boolean,
  ) {
    let toSkip = isClient ? 0 : PREFACE.length;
    flow.read().subscribe({
      next: (buffer) => {
        this.#bytes = Uint8Array.from([...this.#bytes, ...buffer]);
        const skipped = Math.min(toSkip, this.#bytes.length);
        toSkip -= skipped;
        this.#bytes = this.#bytes.subarray(skipped);
        if (toSkip === 0) this.#parse();
      },
      error: () => this.frames.complete(),
      complete: () => this.frames.complete(),
    });
    if (isClient) this.send(PREFACE);
    this.send(frame(SETTINGS, 0, 0));
  }

  send(...frames: readonly Uint8Array[]): void {
    this.flow.writev(frames);
  }

  /** The next frame of this type that comes. */
  next(type: number): Promise<Frame> {
    return firstValueFrom(this.frames.pipe(filter((one) => one.type === type)));
  }

  #parse(): void {
    for (;;) {
      const bytes = this.#bytes;
      if (bytes.length < 9) return;
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      const length = view.getUint32(0) >>> 8;
      if (bytes.length < 9 + length) return;
      this.#bytes = bytes.subarray(9 + length);
      const one = { type: view.getUint8(3), flags: view.getUint8(4), stream: view.getUint32(5), payload: bytes.subarray(9, 9 + length) };
      if (one.type === SETTINGS && one.flags !== ACK) this.send(frame(SETTINGS, ACK, 0));
      this.frames.next(one);
    }
  }
}
