// A codec that fails leaves the frame it failed for, as it came: `unframed()` gives it back.

import * as fc from 'fast-check';
import type { Codec } from '../../src/codec/codec.js';
import { delimiterCodec } from '../../src/codec/delimiter-codec.js';
import { framed } from '../../src/codec/framed.js';
import { jsonLinesCodec } from '../../src/codec/json-lines-codec.js';
import { lengthPrefixedCodec } from '../../src/codec/length-prefixed-codec.js';
import { linesCodec } from '../../src/codec/lines-codec.js';
import { slipCodec } from '../../src/codec/slip-codec.js';
import { utf8 } from '../../src/flow/utf8.js';
import { fromArray } from '../../src/memory/from-array.js';
import { joinBytes } from '../../src/testing/bytes.js';

const bytesOf = (...bytes: readonly (number | string)[]) => joinBytes(bytes.map((one) => (typeof one === 'string' ? utf8(one) : Uint8Array.of(one))));

const CASES: readonly (readonly [string, () => Codec<any>, items: number, good: Uint8Array, left: Uint8Array])[] = [
  ['a SLIP frame with an escape of nothing', () => slipCodec(), 1, bytesOf(0xc0, 1, 0xdb, 0xdc, 0xc0), bytesOf(0xc0, 2, 0xdb, 0xdd, 0xdb, 5, 0xc0, 7, 7)],
  ['a SLIP frame that ends with an ESC', () => slipCodec(), 1, bytesOf(0xc0, 1, 0xc0), bytesOf(2, 0xdb, 0xc0, 3, 0xc0)],
  ['a SLIP frame that is too large', () => slipCodec({ maxFrameBytes: 2 }), 1, bytesOf(0xc0, 1, 0xdb, 0xdc, 0xc0), bytesOf(0xc0, 1, 2, 3, 0xc0)],
  ['a line that is no JSON', () => jsonLinesCodec(), 2, bytesOf('{"a":1}\r\n\n', '[2]\n'), bytesOf('not ', 0xff, ' JSON\r\n', '3\nrest')],
  ['a last line that is no JSON', () => jsonLinesCodec(), 1, bytesOf('{"a":1}\n'), bytesOf('{"b":', 0xff)],
  ['a line that is too large', () => linesCodec({ maxFrameBytes: 3 }), 1, bytesOf('ab\n'), bytesOf('abcdef\nx')],
  ['a length that is too large', () => lengthPrefixedCodec({ lengthBytes: 1, maxFrameBytes: 3 }), 1, bytesOf(1, 65), bytesOf(9, 66, 67)],
  ['a delimited frame that is too large', () => delimiterCodec({ delimiter: ';', maxFrameBytes: 2 }), 1, bytesOf('a;'), bytesOf('bcd;e;')],
];

describe('what a codec refuses', () => {
  it.each(CASES)('stays unread, as it came: %s', (_, codec, items, good, left) => {
    const stream = joinBytes([good, left]);
    const cuts = fc.array(fc.nat(stream.length), { maxLength: 6 });
    fc.assert(
      fc.property(cuts, (places) => {
        const edges = [0, ...[...places].sort((a, b) => a - b), stream.length];
        const pieces = edges.slice(1).map((edge, at) => stream.slice(edges[at], edge)).filter((piece) => piece.length > 0);
        const frames = framed(fromArray(pieces), codec());
        const log: unknown[] = [];
        frames.read().subscribe({ next: () => log.push('item'), error: () => log.push('failed') });
        expect(log).toEqual([...new Array<string>(items).fill('item'), 'failed']);
        const rest: Uint8Array[] = [];
        frames.unframed().read().subscribe((piece) => rest.push(piece));
        expect(joinBytes(rest)).toEqual(left);
      }),
      { numRuns: 50 },
    );
  });
});
