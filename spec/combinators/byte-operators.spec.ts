import * as fc from 'fast-check';
import { concat, from, of, throwError, type OperatorFunction } from 'rxjs';
import { collect } from '../../src/combinators/collect.js';
import { collectText } from '../../src/combinators/collect-text.js';
import { lines } from '../../src/combinators/lines.js';
import { rechunk } from '../../src/combinators/rechunk.js';
import { text } from '../../src/combinators/text.js';
import { utf8 } from '../../src/flow/utf8.js';
import { anyCuts, byteByByte, cutAt, joined } from '../support/cut-bytes.js';

/** What the operator makes of the chunks: items, then `|`, or the error. */
function run<R>(chunks: readonly Uint8Array[], operator: OperatorFunction<Uint8Array, R>): unknown[] {
  const log: unknown[] = [];
  from(chunks)
    .pipe(operator)
    .subscribe({ next: (item) => log.push(item), error: (error: unknown) => log.push(error), complete: () => log.push('|') });
  return log;
}

describe('rechunk', () => {
  it('emits pieces of exactly the size, and a shorter last one', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), anyCuts, fc.integer({ min: 1, max: 150 }), (bytes, cuts, size) => {
        const log = run(cutAt(bytes, cuts), rechunk(size));
        expect(log.pop()).toBe('|');
        const pieces = log as Uint8Array[];
        expect(joined(pieces)).toEqual(bytes);
        pieces.slice(0, -1).forEach((piece) => expect(piece.byteLength).toBe(size));
        expect(pieces.at(-1)?.byteLength ?? 0).toBe(bytes.byteLength === 0 ? 0 : ((bytes.byteLength - 1) % size) + 1);
      }),
    );
  });

  it('copies nothing of a chunk that holds whole pieces', () => {
    const chunk = new Uint8Array(4096);
    const pieces = run([chunk], rechunk(1024)).slice(0, -1) as Uint8Array[];
    expect(pieces.map((piece) => [piece.buffer === chunk.buffer, piece.byteOffset])).toEqual([0, 1024, 2048, 3072].map((at) => [true, at]));
  });

  it.each([lines, collect, collectText])('throws a TypeError for options that are none: %p', (operator) => {
    expect(() => operator(5 as never)).toThrow(/^(lines|collect): options must be an object, not number 5$/);
  });

  it('refuses a size that is no whole number above 0', () => {
    expect(() => rechunk(0)).toThrow(new TypeError('rechunk: size must be a whole number of at least 1, not number 0'));
    expect(() => rechunk('8' as never)).toThrow(TypeError);
  });
});

describe('text', () => {
  it('decodes UTF-8 wherever the chunks cut it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), anyCuts, (string, cuts) => {
        const log = run(cutAt(utf8(string), cuts), text());
        expect(log.pop()).toBe('|');
        expect(log).not.toContain('');
        expect(log.join('')).toBe(string);
      }),
    );
  });

  it('emits what is unfinished at the end as U+FFFD, and keeps a byte order mark', () => {
    expect(run([utf8('\uFEFFa'), Uint8Array.of(0xe2, 0x82)], text())).toEqual(['\uFEFFa', '\uFFFD', '|']);
  });

  it('keeps nothing from one subscription for the next', () => {
    const source = of(Uint8Array.of(0xe2)).pipe(text());
    for (let i = 0; i < 2; i += 1) {
      const seen: string[] = [];
      source.subscribe((part) => seen.push(part));
      expect(seen).toEqual(['\uFFFD']);
    }
  });
});

describe('lines', () => {
  it('emits LF and CRLF lines wherever the chunks cut them, and a last line that nothing ends', () => {
    const bytes = utf8('one\r\ntwö\n\nlast');
    for (const chunks of [[bytes], byteByByte(bytes)]) {
      expect(run(chunks, lines())).toEqual(['one', 'twö', '', 'last', '|']);
    }
  });

  it('errors with the limit when a line exceeds it, after the lines before it', () => {
    expect(run([utf8('ab\nabcd\nabcde')], lines({ maxLineBytes: 4 }))).toEqual([
      'ab',
      'abcd',
      expect.objectContaining({ code: 'too-large', message: 'lines: line of 5 bytes or more exceeds maxLineBytes 4' }),
    ]);
  });

  it('takes lines of 1 MiB unless told otherwise', () => {
    const line = new Uint8Array(2 ** 20).fill(120);
    expect(run([line, utf8('\n')], lines())).toEqual(['x'.repeat(2 ** 20), '|']);
    expect(run([line, utf8('x\n')], lines())).toEqual([expect.objectContaining({ code: 'too-large' })]);
  });

  it('drops an unfinished line when the source errors', () => {
    const log: unknown[] = [];
    concat(
      of(utf8('a\nunfinished')),
      throwError(() => 'broken'),
    )
      .pipe(lines())
      .subscribe({ next: (line) => log.push(line), error: (error: unknown) => log.push(error) });
    expect(log).toEqual(['a', 'broken']);
  });

  it('refuses a limit that is no whole number above 0', () => {
    expect(() => lines({ maxLineBytes: 0 })).toThrow(/^lines: maxLineBytes must be a whole number of at least 1, not number 0$/);
  });
});

describe('collect and collectText', () => {
  it('emit all of it, once, when the source completes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), anyCuts, (string, cuts) => {
        const bytes = utf8(string);
        expect(run(cutAt(bytes, cuts), collect())).toEqual([bytes, '|']);
        expect(run(cutAt(bytes, cuts), collectText())).toEqual([string, '|']);
      }),
    );
  });

  it('emit an empty buffer and an empty string where nothing came', () => {
    expect(run([], collect())).toEqual([new Uint8Array(0), '|']);
    expect(run([], collectText())).toEqual(['', '|']);
  });

  it.each([
    ['collect', collect],
    ['collectText', collectText],
  ])('%s takes maxBytes and not one more', (_, operator: (options: { maxBytes: number }) => OperatorFunction<Uint8Array, unknown>) => {
    expect(run([utf8('ab'), utf8('cd')], operator({ maxBytes: 4 }))).toHaveLength(2);
    expect(run([utf8('ab'), utf8('cde')], operator({ maxBytes: 4 }))).toEqual([
      expect.objectContaining({ code: 'too-large', message: 'collect: more bytes came than maxBytes 4' }),
    ]);
    expect(() => operator({ maxBytes: -1 })).toThrow(TypeError);
  });

  it('keeps a byte order mark', () => {
    expect(run([utf8('\uFEFFa')], collectText())).toEqual(['\uFEFFa', '|']);
  });
});
