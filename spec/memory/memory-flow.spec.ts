import fc from 'fast-check';
import { inputFrom } from '../../src/memory/input-from.js';
import { memoryFlow } from '../../src/memory/memory-flow.js';
import { outputInto } from '../../src/memory/output-into.js';
import { refillFlow } from '../../src/memory/refill-flow.js';
import { bytes, logOf, text, writeOf } from './log-of.js';

/** The buffers that a flow reads to its EOF. */
function readAll(flow: ReturnType<typeof memoryFlow>): Uint8Array[] {
  const buffers: Uint8Array[] = [];
  flow.read().subscribe((buffer) => buffers.push(buffer));
  return buffers;
}

describe("Mirage's own flow tests", () => {
  it.each([
    ['a string', '0123456789'],
    ['a buffer', bytes('0123456789')],
  ])('read %s whole, then EOF, and writes are closed', (_, input) => {
    const flow = memoryFlow({ input });
    expect(logOf(flow.read())).toEqual(['0123456789', '|']);
    expect(logOf(flow.read())).toEqual(['|']);
    expect(writeOf(flow, 'hihi')).toEqual(['closed', '|']);
  });

  it('fill a 10-byte output with `hell`, `o! ` and as much of `world` as fits, which is closed', () => {
    const output = new Uint8Array(10);
    const flow = memoryFlow({ output });
    expect(logOf(flow.read())).toEqual(['|']);
    expect(writeOf(flow, 'hell')).toEqual(['ok', '|']);
    expect(writeOf(flow, 'o! ')).toEqual(['ok', '|']);
    expect(writeOf(flow, 'world')).toEqual(['closed', '|']);
    expect(text(output)).toBe('hello! wor');
    expect(writeOf(flow, 'again')).toEqual(['closed', '|']);
  });

  it.each([
    ['strings', ['', 'abc', '', '', 'de', '']],
    ['buffers', ['', 'abc', '', '', 'de', ''].map(bytes)],
    ['both', ['', bytes('abc'), bytes(''), 'de']],
  ])('read a list of %s piece by piece, without the empty ones', (_, input) => {
    expect(logOf(memoryFlow({ input }).read())).toEqual(['abc', 'de', '|']);
  });

  it('fill a list of buffers one after the other, empty ones ignored', () => {
    const output = [new Uint8Array(0), new Uint8Array(4), new Uint8Array(0), new Uint8Array(3), new Uint8Array(0)];
    const flow = memoryFlow({ output });
    expect(writeOf(flow, 'hello!')).toEqual(['ok', '|']);
    expect(writeOf(flow, '?')).toEqual(['ok', '|']);
    expect(output.map(text)).toEqual(['', 'hell', '', 'o!?', '']);
    expect(writeOf(flow, '.')).toEqual(['closed', '|']);
  });

  it('read a short piece and then one of 5,000 bytes, 4096 at most at a time', () => {
    const long = 'x'.repeat(5000);
    expect(readAll(memoryFlow({ input: ['short', long] })).map((buffer) => buffer.length)).toEqual([5, 4096, 904]);
    expect(readAll(memoryFlow({ input: ['short', long] })).map(text).join('')).toBe(`short${long}`);
  });
});

describe('memoryFlow', () => {
  it('is at EOF and closed without an input and an output', () => {
    const flow = memoryFlow();
    expect(logOf(flow.read())).toEqual(['|']);
    expect(writeOf(flow, 'x')).toEqual(['closed', '|']);
    expect(logOf(flow.closed)).toEqual(['|']);
    expect(flow.name).toBe('memory');
    expect(memoryFlow({ name: 'page' }).name).toBe('page');
  });

  it('reads a string in UTF-8', () => {
    expect(readAll(memoryFlow({ input: 'é€😀' }))).toEqual([new Uint8Array([0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80])]);
  });

  it('hands out copies of its input', () => {
    const input = bytes('abc');
    const [read] = readAll(memoryFlow({ input }));
    read!.fill(0);
    expect(text(input)).toBe('abc');
  });

  it('reads any pieces as the same bytes, no read empty or over 4096 bytes', () => {
    const small = fc.uint8Array({ maxLength: 30 });
    const large = fc.integer({ min: 4000, max: 10_000 }).map((size) => new Uint8Array(size).map((_, at) => at));
    const piece = fc.oneof({ weight: 4, arbitrary: small }, { weight: 2, arbitrary: fc.string() }, { weight: 1, arbitrary: large });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (input) => {
        const reads = readAll(memoryFlow({ input }));
        const whole = input.map((one) => (typeof one === 'string' ? bytes(one) : one));
        expect(Buffer.concat(reads).equals(Buffer.concat(whole))).toBe(true);
        for (const read of reads) expect(read.length >= 1 && read.length <= 4096).toBe(true);
        expect(reads).toHaveLength(whole.reduce((count, one) => count + Math.ceil(one.length / 4096), 0));
      }),
    );
  });

  it('fills any outputs with any writes up to the last byte, and is closed from the first that does not fit', () => {
    const sizes = fc.array(fc.nat({ max: 12 }), { maxLength: 6 });
    fc.assert(
      fc.property(sizes, fc.array(fc.uint8Array({ maxLength: 12 }), { maxLength: 10 }), (rooms, writes) => {
        const output = rooms.map((size) => new Uint8Array(size));
        const room = rooms.reduce((sum, size) => sum + size, 0);
        const flow = memoryFlow({ output });
        let written = 0;
        for (const write of writes) {
          const over = written > room;
          written += write.length;
          expect(logOf(flow.write(write))).toEqual([written <= room && !over ? 'ok' : 'closed', '|']);
        }
        const expected = Buffer.concat([...writes, new Uint8Array(room)]).subarray(0, Math.min(written, room));
        expect(Buffer.concat(output).subarray(0, expected.length).equals(expected)).toBe(true);
        expect(Buffer.concat(output).subarray(expected.length).every((byte) => byte === 0)).toBe(true);
      }),
    );
  });

  it.each<[any, string]>([
    [7, 'memoryFlow: options must be an object, not number 7'],
    [['a'], 'memoryFlow: options must be an object, not an array'],
    [Uint8Array.of(1), 'memoryFlow: options must be an object, not a Uint8Array'],
    [{ input: 7 }, 'memoryFlow: input must be a string, a Uint8Array or an array of them, not number 7'],
    [{ input: ['a', null] }, 'memoryFlow: input must hold strings and Uint8Arrays, not null (at 1)'],
    [{ input: new ArrayBuffer(1) }, 'memoryFlow: input must be a string, a Uint8Array or an array of them, not an ArrayBuffer'],
    [{ output: 'abc' }, 'memoryFlow: output must be a Uint8Array or an array of them, not a string'],
    [{ output: [new Uint8Array(1), 'abc'] }, 'memoryFlow: output must hold Uint8Arrays, not a string (at 1)'],
    [{ name: null }, 'memoryFlow: name must be a string, not null'],
  ])('refuses %p with a TypeError', (options, message) => {
    expect(() => memoryFlow(options)).toThrow(new TypeError(message));
  });
});

describe('inputFrom', () => {
  it('fills what there is room for, from one piece at a time', () => {
    const input = inputFrom(['abcde', 'fg']);
    const room = new Uint8Array(3);
    expect([input(room), text(room)]).toEqual([3, 'abc']);
    expect([input(room), text(room.subarray(0, 2))]).toEqual([2, 'de']);
    expect([input(room), text(room.subarray(0, 2))]).toEqual([2, 'fg']);
    expect(input(room)).toBe(0);
    expect(input(room)).toBe(0);
  });

  it('serves as the input of a refillFlow', () => {
    expect(logOf(refillFlow({ input: inputFrom('hello') }).read())).toEqual(['hello', '|']);
  });

  it('keeps its list: what is added later is not read', () => {
    const list = ['a'];
    const input = inputFrom(list);
    list.push('b');
    expect(logOf(refillFlow({ input }).read())).toEqual(['a', '|']);
  });

  it('refuses what is no data with a TypeError', () => {
    const message = 'inputFrom: source must be a string, a Uint8Array or an array of them, not undefined';
    expect(() => inputFrom(undefined as never)).toThrow(new TypeError(message));
  });
});

describe('outputInto', () => {
  it('says how many bytes there was room for, and 0 once it is full', () => {
    const target = new Uint8Array(4);
    const output = outputInto(target);
    expect([output(bytes('abc')), output(bytes('def')), output(bytes('ef')), text(target)]).toEqual([3, 1, 0, 'abcd']);
  });

  it('is full at once with no room at all', () => {
    expect([outputInto([])(bytes('a')), outputInto(new Uint8Array(0))(bytes('a'))]).toEqual([0, 0]);
  });

  it('refuses what is no target with a TypeError', () => {
    const message = 'outputInto: target must be a Uint8Array or an array of them, not an object';
    expect(() => outputInto({} as never)).toThrow(new TypeError(message));
  });
});
