/**
 * RESP2, the Redis serialization protocol, as a codec: commands and replies are the same kind of values. It knows no
 * commands and no connection. Source: the Redis serialization protocol specification, version 2.
 */
import { FlowError, utf8 } from 'rxjs-flow';
import type { ByteQueue, Codec, Decoder } from 'rxjs-flow/codec';

/** What a server says instead of a result: `WRONGTYPE Operation against a key …`. */
export class RedisError extends Error {
  override readonly name = 'RedisError';
}

/** A simple string, an integer, a bulk string (bytes), an error, nil, or an array of such. */
export type RespValue = string | number | Uint8Array | RedisError | null | readonly RespValue[];

/** The limit is one for a whole reply, with all that is in it. */
export function respCodec({ maxFrameBytes = 2 ** 24 }: { readonly maxFrameBytes?: number } = {}): Codec<RespValue> {
  return { name: 'resp', encode, decoder: () => new RespDecoder(maxFrameBytes) };
}

function encode(value: RespValue): Uint8Array[] {
  if (value === null) return [utf8('$-1\r\n')];
  if (typeof value === 'number') return [utf8(`:${value}\r\n`)];
  if (typeof value === 'string') return [utf8(`+${oneLine(value)}\r\n`)];
  if (value instanceof RedisError) return [utf8(`-${oneLine(value.message)}\r\n`)];
  if (value instanceof Uint8Array) return [utf8(`$${value.byteLength}\r\n`), value, utf8('\r\n')];
  return [utf8(`*${value.length}\r\n`), ...value.flatMap(encode)];
}

function oneLine(text: string): string {
  if (!/[\r\n]/.test(text)) return text;
  throw new FlowError('protocol', 'resp: a simple string must be one line');
}

const WAIT = Symbol('for more bytes');
const BEGUN = Symbol('an array or a bulk string');

/** Takes each element as it comes and keeps the arrays that are not full yet: a long reply is looked at once. */
class RespDecoder implements Decoder<RespValue> {
  readonly #arrays: { readonly items: RespValue[]; readonly size: number }[] = [];
  /** The size of the bulk string whose bytes come next. */
  #bulk: number | null = null;
  #start = 0;
  #searched = 0;

  constructor(private readonly maxFrameBytes: number) {}

  decode(bytes: ByteQueue): RespValue | undefined {
    if (this.#arrays.length === 0 && this.#bulk === null) this.#start = bytes.position;
    for (;;) {
      let value = this.#bulk === null ? this.#line(bytes) : this.#bulkString(bytes, this.#bulk);
      if (value === WAIT) return undefined;
      for (let array = this.#arrays.at(-1); value !== BEGUN && array !== undefined; array = this.#arrays.at(-1)) {
        array.items.push(value);
        value = array.items.length < array.size ? BEGUN : this.#arrays.pop()!.items;
      }
      if (value !== BEGUN) return value;
    }
  }

  finish(): undefined {
    if (this.#arrays.length === 0 && this.#bulk === null) return;
    throw new FlowError('truncated', 'resp: the stream ended inside a reply');
  }

  #line(bytes: ByteQueue): RespValue | typeof WAIT | typeof BEGUN {
    const end = bytes.indexOf(10, this.#searched);
    this.#searched = end < 0 ? bytes.length : 0;
    this.#limit(bytes, end < 0 ? bytes.length : end);
    if (end < 0) return WAIT;
    const line = new TextDecoder().decode(bytes.take(end + 1)).replace(/\r?\n$/, '');
    const [type, rest] = [line.charAt(0), line.slice(1)];
    if (type === '+') return rest;
    if (type === '-') return new RedisError(rest);
    if (!/^(:-?|[$*])\d{1,19}$|^[$*]-1$/.test(line)) throw new FlowError('protocol', 'resp: this is no reply');
    if (type === ':') return Number(rest);
    if (rest === '-1') return null;
    const size = Number(rest);
    this.#limit(bytes, size);
    if (type === '$') this.#bulk = size;
    else if (size > 0) this.#arrays.push({ items: [], size });
    return type === '*' && size === 0 ? [] : BEGUN;
  }

  #bulkString(bytes: ByteQueue, size: number): RespValue | typeof WAIT {
    if (bytes.length < size + 2) return WAIT;
    this.#bulk = null;
    const value = bytes.take(size);
    bytes.skip(2);
    return value;
  }

  /** So many bytes more belong to the reply, at least. */
  #limit(bytes: ByteQueue, more: number): void {
    if (bytes.position - this.#start + more <= this.maxFrameBytes) return;
    throw new FlowError('too-large', `resp: reply exceeds maxFrameBytes ${this.maxFrameBytes}`);
  }
}
