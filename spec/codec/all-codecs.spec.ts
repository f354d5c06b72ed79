import * as fc from 'fast-check';
import { from, type Observable } from 'rxjs';
import type { Codec } from '../../src/codec/codec.js';
import { decodeWith } from '../../src/codec/decode-with.js';
import { delimiterCodec } from '../../src/codec/delimiter-codec.js';
import { fixedCodec } from '../../src/codec/fixed-codec.js';
import { jsonLinesCodec } from '../../src/codec/json-lines-codec.js';
import { lengthPrefixedCodec } from '../../src/codec/length-prefixed-codec.js';
import { linesCodec } from '../../src/codec/lines-codec.js';
import { slipCodec } from '../../src/codec/slip-codec.js';
import { ByteQueue } from '../../src/flow/byte-queue.js';
import { isFlowError } from '../../src/flow/flow-error.js';
import { anyCuts, byteByByte, cutAt, joined } from '../support/cut-bytes.js';
import { expectEqual } from '../support/expect-equal.js';

/** What every codec has to show: with a limit of 32 bytes, items that fit, and how much more than the limit it may hold. */
interface Case {
  readonly codec: Codec<any>;
  readonly items: fc.Arbitrary<unknown>;
  /** Bytes of a frame that the limit does not count. */
  readonly overhead: number;
  /** Bytes that are full of what this codec looks at. */
  readonly noise: readonly number[];
}

const maxFrameBytes = 32;
const buffers = (minLength = 0, maxLength = maxFrameBytes) => fc.uint8Array({ minLength, maxLength });
const text = fc
  .string({ unit: 'grapheme', maxLength: 10 })
  .map((line) => line.replaceAll('\n', '').replace(/\r+$/, ''))
  .filter((line) => Buffer.byteLength(line) <= maxFrameBytes);
const json = fc.jsonValue({ maxDepth: 2 }).filter((value) => Buffer.byteLength(JSON.stringify(value)) <= maxFrameBytes);
/** As it comes back: `-0` has no JSON. */
const plainJson = json.map((value) => JSON.parse(JSON.stringify(value)) as unknown);
const withoutZero = buffers().map((bytes) => bytes.filter((byte) => byte !== 0));
const letters = fc.array(fc.constantFrom(1, 2, 3), { maxLength: maxFrameBytes }).map((list) => Uint8Array.from(list));
const withoutDelimiter = letters.filter((bytes) => !Buffer.from([...bytes, 1, 1, 2]).subarray(0, -1).includes(Buffer.from([1, 1, 2])));

const cases: [string, Case][] = [
  ['lines', { codec: linesCodec({ maxFrameBytes }), items: text, overhead: 2, noise: [10, 13, 120] }],
  ['lines with CRLF', { codec: linesCodec({ maxFrameBytes, newline: '\r\n' }), items: text, overhead: 2, noise: [10, 13, 120] }],
  ['one-byte delimiter', { codec: delimiterCodec({ delimiter: '\0', maxFrameBytes }), items: withoutZero, overhead: 1, noise: [0, 1] }],
  [
    'long delimiter',
    {
      codec: delimiterCodec({ delimiter: Uint8Array.of(1, 1, 2), maxFrameBytes }),
      items: withoutDelimiter,
      overhead: 3,
      noise: [1, 2],
    },
  ],
  ['1-byte length', { codec: lengthPrefixedCodec({ lengthBytes: 1, maxFrameBytes }), items: buffers(), overhead: 1, noise: [0, 1, 32, 33] }],
  ['2-byte length', { codec: lengthPrefixedCodec({ lengthBytes: 2, maxFrameBytes }), items: buffers(), overhead: 2, noise: [0, 1, 32] }],
  [
    '2-byte length, little-endian',
    { codec: lengthPrefixedCodec({ lengthBytes: 2, littleEndian: true, maxFrameBytes }), items: buffers(), overhead: 2, noise: [0, 1, 32] },
  ],
  ['4-byte length', { codec: lengthPrefixedCodec({ lengthBytes: 4, maxFrameBytes }), items: buffers(), overhead: 4, noise: [0, 0, 0, 5] }],
  [
    '4-byte length, little-endian',
    { codec: lengthPrefixedCodec({ lengthBytes: 4, littleEndian: true, maxFrameBytes }), items: buffers(), overhead: 4, noise: [0, 0, 0, 5] },
  ],
  ['varint length', { codec: lengthPrefixedCodec({ lengthBytes: 'varint', maxFrameBytes }), items: buffers(), overhead: 7, noise: [0, 5, 128, 255] }],
  ['fixed', { codec: fixedCodec({ frameBytes: 7, maxFrameBytes }), items: buffers(7, 7), overhead: 0, noise: [0] }],
  ['JSON lines', { codec: jsonLinesCodec({ maxFrameBytes }), items: plainJson, overhead: 2, noise: [10, 13, 48, 123, 125] }],
  // Held as it came: every byte of the payload may be an escape of two.
  ['SLIP', { codec: slipCodec({ maxFrameBytes }), items: buffers(1), overhead: maxFrameBytes + 2, noise: [0xc0, 0xdb, 0xdc, 0xdd] }],
];

function encode(codec: Codec<unknown>, items: readonly unknown[]): Uint8Array {
  return joined(items.flatMap((item) => codec.encode(item)));
}

/** Items, then `|` or the error. */
function run(source: Observable<unknown>): unknown[] {
  const log: unknown[] = [];
  source.subscribe({ next: (item) => log.push(item), error: (error: unknown) => log.push(error), complete: () => log.push('|') });
  return log;
}

const decode = (codec: Codec<unknown>, chunks: readonly Uint8Array[]) => run(from(chunks).pipe(decodeWith(codec)));

describe.each(cases)('%s', (_, { codec, items, overhead, noise }) => {
  it('decodes what it encodes, wherever the chunks cut it', () => {
    fc.assert(
      fc.property(fc.array(items, { maxLength: 12 }), anyCuts, (list, cuts) => {
        expectEqual(decode(codec, cutAt(encode(codec, list), cuts)), [...list, '|']);
      }),
    );
  });

  it('decodes bytes that come one at a time', () => {
    fc.assert(
      fc.property(fc.array(items, { maxLength: 5 }), (list) => {
        expectEqual(decode(codec, byteByByte(encode(codec, list))), [...list, '|']);
      }),
      { numRuns: 30 },
    );
  });

  it('takes the bytes of the items it gives, and no byte more', () => {
    fc.assert(
      fc.property(fc.array(items, { minLength: 1, maxLength: 6 }), fc.nat(), fc.uint8Array({ maxLength: 8 }), (list, wanted, other) => {
        const taken = list.slice(0, 1 + (wanted % list.length));
        const rest = joined([encode(codec, list.slice(taken.length)), other]);
        const bytes = new ByteQueue();
        bytes.push(joined([encode(codec, taken), rest]));
        const decoder = codec.decoder();
        expectEqual(taken.map(() => decoder.decode(bytes)), taken);
        expectEqual(bytes.take(bytes.length), rest);
      }),
    );
  });

  it('answers any bytes with items or a typed error, alike however they are cut, and never holds more than it may', () => {
    const bytes = fc.array(fc.oneof(fc.constantFrom(...noise), fc.nat(255)), { maxLength: 400 }).map((list) => Uint8Array.from(list));
    fc.assert(
      fc.property(bytes, anyCuts, (all, cuts) => {
        const whole = decode(codec, [all]);
        const error = whole.at(-1);
        if (error !== '|') expect(isFlowError(error) && /^(too-large|truncated|protocol)$/.test(error.code)).toBe(true);
        const pieces = decode(codec, cutAt(all, cuts));
        expectEqual(pieces.slice(0, -1), whole.slice(0, -1));
        expect((pieces.at(-1) as { code?: string }).code).toBe((error as { code?: string }).code);
        expect(mostHeld(codec, cutAt(all, cuts))).toBeLessThanOrEqual(maxFrameBytes + overhead);
      }),
      { numRuns: 300 },
    );
  });
});

describe('delimiterCodec', () => {
  it('is not spent by a transport that hands the memory of its frames over', () => {
    const codec = delimiterCodec({ delimiter: 0 });
    for (const buffer of codec.encode(Uint8Array.of(1))) structuredClone(buffer, { transfer: [buffer.buffer as ArrayBuffer] });
    expect(codec.encode(Uint8Array.of(2))).toEqual([Uint8Array.of(2), Uint8Array.of(0)]);
  });
});

describe('lengthPrefixedCodec', () => {
  it('goes by what its options were when it was made', () => {
    const options: { lengthBytes: 1 | 4 } = { lengthBytes: 1 };
    const codec = lengthPrefixedCodec(options);
    options.lengthBytes = 4;
    const queue = new ByteQueue();
    for (const buffer of codec.encode(Uint8Array.of(7, 8))) queue.push(buffer);
    expect(codec.decoder().decode(queue)).toEqual(Uint8Array.of(7, 8));
  });
});

describe('jsonLinesCodec', () => {
  it('looks at the bytes of a line that comes in pieces once, whatever the first of them is like', () => {
    const bytes = new ByteQueue();
    const search = jest.spyOn(bytes, 'indexOf');
    const whole = jest.spyOn(Uint8Array.prototype, 'includes');
    const decoder = jsonLinesCodec().decoder();
    bytes.push(new Uint8Array(10_000).fill(49));
    for (let i = 0; i < 100; i += 1) {
      decoder.decode(bytes);
      bytes.push(Uint8Array.of(49));
    }
    const looked = search.mock.calls.reduce((sum, [, from = 0]) => sum + (bytes.length - from), 0);
    expect(looked).toBeLessThan(4 * bytes.length);
    expect(whole).not.toHaveBeenCalled();
    whole.mockRestore();
  });
});

/** The most bytes that wait between two chunks, up to the first error. */
function mostHeld(codec: Codec<unknown>, chunks: readonly Uint8Array[]): number {
  const bytes = new ByteQueue();
  const decoder = codec.decoder();
  let most = 0;
  try {
    for (const chunk of chunks) {
      bytes.push(chunk);
      while (decoder.decode(bytes) !== undefined);
      most = Math.max(most, bytes.length);
    }
  } catch {
    // The stream is over then.
  }
  return most;
}
