import { from } from 'rxjs';
import type { Codec } from '../../src/codec/codec.js';
import { decodeWith } from '../../src/codec/decode-with.js';
import { delimiterCodec } from '../../src/codec/delimiter-codec.js';
import { fixedCodec } from '../../src/codec/fixed-codec.js';
import { jsonLinesCodec } from '../../src/codec/json-lines-codec.js';
import { lengthPrefixedCodec, type LengthPrefixedOptions } from '../../src/codec/length-prefixed-codec.js';
import { linesCodec } from '../../src/codec/lines-codec.js';
import { slipCodec } from '../../src/codec/slip-codec.js';
import { formatError } from '../../src/flow/format-error.js';
import { utf8 } from '../../src/flow/utf8.js';

/** What the codec makes of the chunks: items, then `|` or the error as it is printed. */
function decode(codec: Codec<any>, ...chunks: Uint8Array[]): unknown[] {
  const log: unknown[] = [];
  from(chunks)
    .pipe(decodeWith(codec))
    .subscribe({ next: (item) => log.push(item), error: (error: unknown) => log.push(formatError(error)), complete: () => log.push('|') });
  return log;
}

function encodeError(codec: Codec<any>, item: unknown): string {
  try {
    codec.encode(item);
  } catch (error) {
    return formatError(error);
  }
  throw new Error('it was encoded');
}

const prefixed = (lengthBytes: LengthPrefixedOptions['lengthBytes'], maxFrameBytes: number, littleEndian = false) =>
  lengthPrefixedCodec({ lengthBytes, maxFrameBytes, littleEndian });

describe('a frame over the limit', () => {
  it.each<[string, Codec<any>, Uint8Array, string]>([
    ['4 bytes of length', prefixed(4, 65536), Uint8Array.of(0, 1, 0x11, 0x70), 'length-prefixed: frame of 70000 bytes exceeds maxFrameBytes 65536'],
    ['little-endian', prefixed(2, 100, true), Uint8Array.of(1, 1), 'length-prefixed: frame of 257 bytes exceeds maxFrameBytes 100'],
    ['the largest length', prefixed(4, 100), new Uint8Array(4).fill(255), 'length-prefixed: frame of 4294967295 bytes exceeds maxFrameBytes 100'],
    ['a varint', prefixed('varint', 100), Uint8Array.of(0xac, 0x02), 'length-prefixed: frame of 300 bytes exceeds maxFrameBytes 100'],
    ['a varint that goes on', prefixed('varint', 100), Uint8Array.of(0xff, 0xff), 'length-prefixed: frame of 16383 bytes or more exceeds maxFrameBytes 100'],
    ['a varint that never ends', prefixed('varint', 2 ** 52), new Uint8Array(7).fill(255), `length-prefixed: frame of more bytes than can be counted exceeds maxFrameBytes ${2 ** 52}`],
    ['a line', linesCodec({ maxFrameBytes: 4 }), utf8('12345'), 'lines: frame of 5 bytes or more exceeds maxFrameBytes 4'],
    ['a JSON line', jsonLinesCodec({ maxFrameBytes: 4 }), utf8('12345'), 'json-lines: frame of 5 bytes or more exceeds maxFrameBytes 4'],
    ['a delimited frame', delimiterCodec({ delimiter: '\r\n', maxFrameBytes: 4 }), utf8('123456'), 'delimiter: frame of 5 bytes or more exceeds maxFrameBytes 4'],
    ['a SLIP frame', slipCodec({ maxFrameBytes: 2 }), Uint8Array.of(0xc0, 1, 0xdb, 0xdc, 3), 'slip: frame of 3 bytes or more exceeds maxFrameBytes 2'],
  ])('is too-large before it has come: %s', (_, codec, bytes, message) => {
    expect(decode(codec, bytes)).toEqual([`too-large: ${message}`]);
  });

  it.each<[string, Codec<any>, unknown]>([
    ['lines', linesCodec({ maxFrameBytes: 4 }), '12345'],
    ['lines', linesCodec({ maxFrameBytes: 4, newline: '\r\n' }), '€€'],
    ['delimiter', delimiterCodec({ delimiter: '\0', maxFrameBytes: 4 }), utf8('12345')],
    ['length-prefixed', prefixed(2, 4), utf8('12345')],
    ['json-lines', jsonLinesCodec({ maxFrameBytes: 4 }), '123'],
    ['slip', slipCodec({ maxFrameBytes: 4 }), utf8('12345')],
    ['fixed', fixedCodec({ frameBytes: 4, maxFrameBytes: 4 }), utf8('12345')],
  ])('cannot be encoded: %s', (name, codec, item) => {
    expect(encodeError(codec, item)).toMatch(new RegExp(`^too-large: ${name}: frame of [56] bytes exceeds maxFrameBytes 4$`));
  });

  it('is 1 MiB unless told otherwise', () => {
    const payload = new Uint8Array(2 ** 20);
    const [frame, end] = decode(lengthPrefixedCodec({ lengthBytes: 4 }), Uint8Array.of(0, 0x10, 0, 0), payload);
    expect([payload.byteLength, Buffer.compare(payload, frame as Uint8Array), end]).toEqual([2 ** 20, 0, '|']);
    expect(decode(lengthPrefixedCodec({ lengthBytes: 4 }), Uint8Array.of(0, 0x10, 0, 1))).toEqual([
      'too-large: length-prefixed: frame of 1048577 bytes exceeds maxFrameBytes 1048576',
    ]);
  });

  it('is a frame that its prefix cannot say, too', () => {
    expect(encodeError(prefixed(1, 1000), new Uint8Array(256))).toBe(
      'too-large: length-prefixed: frame of 256 bytes: its prefix can say at most 255',
    );
  });
});

describe('an unfinished frame at the end of the stream', () => {
  it.each<[Codec<any>, Uint8Array]>([
    [prefixed(4, 100), Uint8Array.of(0, 0, 0)],
    [prefixed(1, 100), Uint8Array.of(3, 1, 2)],
    [prefixed('varint', 100), Uint8Array.of(3, 1, 2)],
    [fixedCodec({ frameBytes: 4 }), Uint8Array.of(1, 2, 3)],
    [delimiterCodec({ delimiter: 0 }), Uint8Array.of(1, 2, 3)],
    [slipCodec(), Uint8Array.of(0xc0, 1, 2)],
  ])('is truncated', (codec, bytes) => {
    expect(decode(codec, bytes)).toEqual([`truncated: ${codec.name}: the stream ended 3 bytes into a frame`]);
  });

  it('is an item where the end of the stream ends a line', () => {
    expect(decode(linesCodec(), utf8('a\nb'))).toEqual(['a', 'b', '|']);
    expect(decode(jsonLinesCodec(), utf8('1\n2'))).toEqual([1, 2, '|']);
  });

  it('is none where a SLIP frame was only opened', () => {
    expect(decode(slipCodec(), Uint8Array.of(0xc0, 1, 0xc0, 0xc0))).toEqual([Uint8Array.of(1), '|']);
  });
});

describe('what is no item', () => {
  it.each<[string, Codec<any>, unknown, string]>([
    ['a line feed', linesCodec(), 'a\nb', 'protocol: lines: a line must not hold a line feed'],
    ['a CR at the end', linesCodec(), 'a\r', 'protocol: lines: a line must not end with a carriage return'],
    ['no text', linesCodec(), 7, 'lines: a line must be a string, not number 7'],
    ['the delimiter', delimiterCodec({ delimiter: 'ab' }), utf8('xaby'), 'protocol: delimiter: an item must not hold the delimiter'],
    ['half of it', delimiterCodec({ delimiter: 'aa' }), utf8('xa'), 'protocol: delimiter: an item must not hold the delimiter'],
    ['no bytes', delimiterCodec({ delimiter: 'ab' }), 'x', 'delimiter: an item must be a Uint8Array, not a string'],
    ['another size', fixedCodec({ frameBytes: 4 }), utf8('abc'), 'protocol: fixed: an item must have 4 bytes, not 3'],
    ['nothing', slipCodec(), new Uint8Array(0), 'protocol: slip: an item must have at least 1 byte'],
    ['no JSON', jsonLinesCodec(), undefined, 'json-lines: there is no JSON for undefined'],
    ['null', prefixed(2, 9), null, 'length-prefixed: an item must be a Uint8Array, not null'],
  ])('is not encoded: %s', (_, codec, item, message) => {
    expect(encodeError(codec, item)).toBe(message);
  });

  it('is a protocol error that names the line and not its text', () => {
    expect(decode(jsonLinesCodec(), utf8('{"a":1}\n\nsecret\n'))).toEqual([{ a: 1 }, 'protocol: json-lines: line 3 is not JSON']);
  });

  it('is a SLIP escape of nothing', () => {
    const message = 'protocol: slip: an ESC is followed by neither ESC_END nor ESC_ESC';
    expect(decode(slipCodec(), Uint8Array.of(0xc0, 0xdb, 1, 0xc0))).toEqual([message]);
    expect(decode(slipCodec(), Uint8Array.of(0xc0, 1, 0xdb, 0xc0))).toEqual([message]);
  });

  it('is refused for what is wrong first in it, wherever the chunks end', () => {
    const codec = slipCodec({ maxFrameBytes: 2 });
    const wrong = (...frame: number[]) => [0, 1, 2, 3, 4].map((at) => String(decode(codec, Uint8Array.from(frame.slice(0, at)), Uint8Array.from(frame.slice(at)))[0]));
    for (const error of wrong(1, 0xdb, 0, 2, 3)) expect(error).toMatch(/^protocol:/);
    for (const error of wrong(1, 2, 0xdb, 0, 3)) expect(error).toMatch(/^too-large:/);
    for (const error of wrong(1, 2, 3, 0xdb, 0)) expect(error).toMatch(/^too-large:/);
  });
});

describe('a wrong option', () => {
  it.each<[() => unknown, string]>([
    [() => linesCodec({ maxFrameBytes: 0 }), 'lines: maxFrameBytes must be a whole number of at least 1, not number 0'],
    [() => linesCodec(7 as never), 'lines: options must be an object, not number 7'],
    [() => linesCodec({ newline: '\r' as never }), 'lines: newline must be \'\\n\' or \'\\r\\n\', not "\\r"'],
    [() => lengthPrefixedCodec({ lengthBytes: 3 as never }), "length-prefixed: lengthBytes must be 1, 2, 4 or 'varint', not number 3"],
    [() => lengthPrefixedCodec(undefined as never), 'length-prefixed: options must be an object, not undefined'],
    [() => lengthPrefixedCodec({ lengthBytes: 2, littleEndian: 'no' as never }), 'length-prefixed: littleEndian must be a boolean, not a string'],
    [() => fixedCodec({ frameBytes: 1.5 }), 'fixed: frameBytes must be a whole number of at least 1, not number 1.5'],
    [() => delimiterCodec({ delimiter: '' }), 'delimiter: delimiter must be text, bytes or a byte, not nothing'],
    [() => delimiterCodec({ delimiter: 256 }), 'delimiter: delimiter must be text, bytes or a byte, not number 256'],
    [() => delimiterCodec({} as never), 'delimiter: delimiter must be text, bytes or a byte, not undefined'],
    [() => decodeWith({} as never), 'decodeWith: codec must be a Codec, not an object'],
  ])('is a TypeError that names it: %s', (make, message) => {
    expect(make).toThrow(new TypeError(message));
  });

  it('is a frame size over the limit, too', () => {
    expect(() => fixedCodec({ frameBytes: 2 ** 21 })).toThrow('fixed: frame of 2097152 bytes exceeds maxFrameBytes 1048576');
  });
});

describe('bytes', () => {
  it('are not copied where a frame lies in one chunk', () => {
    const chunk = Uint8Array.of(0, 3, 1, 2, 3, 0, 1, 9);
    const frames = decode(prefixed(2, 10), chunk).slice(0, -1) as Uint8Array[];
    expect(frames.map((frame) => [frame.buffer === chunk.buffer, frame.byteOffset, frame.byteLength])).toEqual([
      [true, 2, 3],
      [true, 7, 1],
    ]);
  });

  it('go out as they are', () => {
    const item = utf8('abc');
    const [prefix, payload] = prefixed(4, 10, true).encode(item) as Uint8Array[];
    expect(prefix).toEqual(Uint8Array.of(3, 0, 0, 0));
    expect(payload).toBe(item);
    expect(prefixed('varint', 1000).encode(new Uint8Array(300))).toEqual([Uint8Array.of(0xac, 0x02), new Uint8Array(300)]);
    expect(slipCodec().encode(Uint8Array.of(1, 0xc0, 0xdb))).toEqual([Uint8Array.of(0xc0, 1, 0xdb, 0xdc, 0xdb, 0xdd, 0xc0)]);
    expect(linesCodec({ newline: '\r\n' }).encode('a')).toEqual([utf8('a\r\n')]);
    expect(jsonLinesCodec().encode({ a: '\n' })).toEqual([utf8('{"a":"\\n"}\n')]);
  });

  it('that are blank lines or a byte order mark are no JSON items', () => {
    expect(decode(jsonLinesCodec(), utf8('\uFEFF1\n\n \t\r\n2'))).toEqual([1, 2, '|']);
  });

  it('between SLIP frames that are ENDs make no items', () => {
    expect(decode(slipCodec(), Uint8Array.of(0xc0, 0xc0, 0xc0, 1, 0xc0, 2, 0xc0))).toEqual([Uint8Array.of(1), Uint8Array.of(2), '|']);
  });
});
