import * as fc from 'fast-check';
import { ByteQueue } from '../../src/flow/byte-queue.js';
import { LineReader } from '../../src/flow/line-reader.js';
import { utf8 } from '../../src/flow/utf8.js';
import { anyCuts, byteByByte, cutAt } from '../support/cut-bytes.js';

const tooLarge = (bytes: number) => new Error(`${bytes} bytes`);

/** All lines of the chunks, and what stays at the end. */
function linesOf(chunks: readonly Uint8Array[], maxBytes = 1 << 20): string[] {
  const queue = new ByteQueue();
  const reader = new LineReader(maxBytes, tooLarge);
  const lines: string[] = [];
  for (const chunk of chunks) {
    queue.push(chunk);
    for (let line = reader.next(queue); line !== undefined; line = reader.next(queue)) lines.push(line);
  }
  const last = reader.last(queue);
  return last === undefined ? lines : [...lines, last];
}

/** The plain way: all at once. */
function splitText(bytes: Uint8Array): string[] {
  const lines = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes).split('\n');
  const last = lines.pop();
  const cut = lines.map((line) => line.replace(/\r$/, ''));
  return last === '' ? cut : [...cut, last!];
}

/** Text that is full of what matters: line ends, halves of them, characters of 1 to 4 bytes, and bytes that are none. */
const anyBytes = fc
  .array(
    fc.oneof(
      fc.constantFrom('\n', '\r\n', '\r', 'a', 'é', '€', '😀', '\uFEFF', 'x'.repeat(300)).map(utf8),
      fc.uint8Array({ maxLength: 3 }),
    ),
    { maxLength: 60 },
  )
  .map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])));

describe('LineReader', () => {
  it.each([
    ['LF', 'a\nb\n', ['a', 'b']],
    ['CRLF', 'a\r\nb\r\n', ['a', 'b']],
    ['a last line that nothing ends', 'a\nb', ['a', 'b']],
    ['empty lines', '\n\r\n\n', ['', '', '']],
    ['a CR that ends no line', 'a\rb\n\rc\n', ['a\rb', '\rc']],
    ['a CR at the very end', 'a\r', ['a\r']],
    ['two CRs before an LF', 'a\r\r\n', ['a\r']],
    ['nothing', '', []],
    ['a byte order mark', '\uFEFFa\n\uFEFFb', ['\uFEFFa', '\uFEFFb']],
    ['characters of several bytes', 'é€😀\n😀\n', ['é€😀', '😀']],
  ])('reads %s', (_, text, expected) => {
    expect(linesOf([utf8(text)])).toEqual(expected);
    expect(linesOf(byteByByte(utf8(text)))).toEqual(expected);
  });

  it('reads the same lines wherever the chunks are cut', () => {
    fc.assert(
      fc.property(anyBytes, anyCuts, (bytes, cuts) => {
        expect(linesOf(cutAt(bytes, cuts))).toEqual(splitText(bytes));
      }),
    );
  });

  it('takes the lines it gives off the queue, and no byte more', () => {
    fc.assert(
      fc.property(anyBytes, anyCuts, fc.nat(20), (bytes, cuts, wanted) => {
        const queue = new ByteQueue();
        for (const chunk of cutAt(bytes, cuts)) queue.push(chunk);
        const reader = new LineReader(1 << 20, tooLarge);
        let given = 0;
        while (given < wanted && reader.next(queue) !== undefined) given += 1;
        let end = 0;
        for (let line = 0; line < given; line += 1) end = bytes.indexOf(10, end) + 1;
        expect(queue.take(queue.length)).toEqual(bytes.slice(end));
      }),
    );
  });

  it('goes on where the queue stands when others have taken bytes in between', () => {
    const queue = new ByteQueue();
    const reader = new LineReader(100, tooLarge);
    queue.push(utf8('one\n4444two\nthree\nhal'));
    expect(reader.next(queue)).toBe('one');
    expect(queue.take(4)).toEqual(utf8('4444'));
    expect(reader.next(queue)).toBe('two');
    expect(reader.next(queue)).toBe('three');
    expect(reader.next(queue)).toBeUndefined();
    queue.skip(2);
    queue.push(utf8('f\n'));
    expect(reader.next(queue)).toBe('lf');
  });

  describe('with a limit', () => {
    const limited = (chunks: readonly Uint8Array[]) => linesOf(chunks, 4);

    it.each([
      ['of LF lines', 'abcd\nab\n', ['abcd', 'ab']],
      ['of CRLF lines', 'abcd\r\nab\r\n', ['abcd', 'ab']],
      ['of a last line', 'abcd', ['abcd']],
      ['in bytes, not in characters', 'éé\n', ['éé']],
    ])('accepts lines up to the limit, %s', (_, text, expected) => {
      expect(limited([utf8(text)])).toEqual(expected);
      expect(limited(byteByByte(utf8(text)))).toEqual(expected);
    });

    it.each([
      ['an LF line', 'abcde\n', '5 bytes'],
      ['a CRLF line', 'abcde\r\n', '5 bytes'],
      ['a line of long characters', 'ééé\n', '6 bytes'],
      ['a line that has not ended', 'abcde', '5 bytes'],
      ['a last line whose CR ends nothing', 'abcd\r', '5 bytes'],
      ['a later line among short ones', 'a\nb\nabcde\nc\n', '5 bytes'],
    ])('refuses %s', (_, text, message) => {
      expect(() => limited([utf8(text)])).toThrow(new Error(message));
      expect(() => limited(byteByByte(utf8(text)))).toThrow(/^[56] bytes$/);
    });

    it('counts no CR of a line end, though the line lies in several chunks', () => {
      expect(limited([utf8('abc'), utf8('d\r\nab\n')])).toEqual(['abcd', 'ab']);
      expect(() => limited([utf8('abc'), utf8('def\r\n')])).toThrow(new Error('6 bytes'));
    });

    it('gives the lines before the one that is too large, which stays in the queue', () => {
      const queue = new ByteQueue();
      const reader = new LineReader(4, tooLarge);
      queue.push(utf8('ab\nabcde\n'));
      expect(reader.next(queue)).toBe('ab');
      expect(() => reader.next(queue)).toThrow('5 bytes');
      expect(() => reader.next(queue)).toThrow('5 bytes');
      expect(queue.take(queue.length)).toEqual(utf8('abcde\n'));
    });

    it('never lets more than the limit and a chunk wait, whatever comes', () => {
      fc.assert(
        fc.property(anyBytes, anyCuts, fc.integer({ min: 1, max: 50 }), (bytes, cuts, maxBytes) => {
          const queue = new ByteQueue();
          const reader = new LineReader(maxBytes, tooLarge);
          try {
            for (const chunk of cutAt(bytes, cuts)) {
              queue.push(chunk);
              while (reader.next(queue) !== undefined);
              // A CR at the end may be half of a line's end.
              expect(queue.length).toBeLessThanOrEqual(maxBytes + 1);
            }
          } catch (error) {
            expect(Number.parseInt((error as Error).message, 10)).toBeGreaterThan(maxBytes);
          }
        }),
      );
    });
  });
});
