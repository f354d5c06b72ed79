import fc from 'fast-check';
import { take } from 'rxjs';
import { fromArray } from '../../src/memory/from-array.js';
import { bytes, errorOf, logOf, refusalOf, text, writeOf } from './log-of.js';

describe('fromArray', () => {
  it('reads strings and buffers each as it is, without the empty ones, then EOF', () => {
    const flow = fromArray(['hello', '', bytes('world'), new Uint8Array(0), '!']);
    expect(logOf(flow.read())).toEqual(['hello', 'world', '!', '|']);
    expect(logOf(flow.read())).toEqual(['|']);
    expect(logOf(flow.closed)).toEqual(['|']);
  });

  it('hands over a buffer by reference, however large', () => {
    const large = new Uint8Array(100_000);
    let came: Uint8Array | undefined;
    fromArray([large]).read().subscribe((buffer) => (came = buffer));
    expect(came).toBe(large);
  });

  it('reads one piece a pull', () => {
    const flow = fromArray(['a', 'b', 'c']);
    expect(logOf(flow.read().pipe(take(1)))).toEqual(['a', '|']);
    expect(logOf(flow.read().pipe(take(1)))).toEqual(['b', '|']);
    expect(logOf(flow.read())).toEqual(['c', '|']);
  });

  it('reads the list as it was at the call', () => {
    const list = ['a'];
    const flow = fromArray(list);
    list.push('b');
    expect(logOf(flow.read())).toEqual(['a', '|']);
  });

  it('is at EOF at once with nothing to read', () => {
    expect(logOf(fromArray([]).read())).toEqual(['|']);
    expect(logOf(fromArray(['', new Uint8Array(0)]).read())).toEqual(['|']);
  });

  it('collects what is written, by reference, until the write side is shut down', () => {
    const output: Uint8Array[] = [];
    const flow = fromArray(['in'], { output });
    const written = bytes('hello');
    expect(logOf(flow.write(written))).toEqual(['ok', '|']);
    expect(logOf(flow.writev([bytes('a'), bytes(''), bytes('b')]))).toEqual(['ok', '|']);
    expect(logOf(flow.shutdown('write'))).toEqual(['|']);
    expect(writeOf(flow, 'late')).toEqual(['closed', '|']);
    expect(output[0]).toBe(written);
    expect(output.map(text)).toEqual(['hello', 'a', 'b']);
    expect(logOf(flow.read())).toEqual(['in', '|']);
    expect(logOf(flow.closed)).toEqual(['|']);
  });

  it('is closed for writing without an output', () => {
    expect(refusalOf(fromArray([]).write(bytes('x')))).toMatchObject({
      code: 'closed',
      message: 'array: write, but there is no output',
    });
  });

  it("reads nothing after shutdown('read')", () => {
    const output: Uint8Array[] = [];
    const flow = fromArray(['a', 'b'], { output });
    expect(logOf(flow.read().pipe(take(1)))).toEqual(['a', '|']);
    expect(logOf(flow.shutdown('read'))).toEqual(['|']);
    expect(logOf(flow.read())).toEqual(['|']);
    expect(writeOf(flow, 'x')).toEqual(['ok', '|']);
  });

  it('ends both directions on close, and breaks on abort', () => {
    expect(logOf(fromArray(['a'], { output: [] }).close())).toEqual(['|']);
    const flow = fromArray(['a'], { output: [] });
    flow.abort('enough');
    expect(logOf(flow.read())).toEqual(['#aborted']);
    expect(writeOf(flow, 'x')).toEqual(['aborted', '|']);
    expect(errorOf(flow.close())?.cause).toBe('enough');
  });

  it('reads a million pieces in one synchronous loop', () => {
    let count = 0;
    fromArray(new Array<Uint8Array>(1_000_000).fill(Uint8Array.of(1))).read().subscribe((buffer) => (count += buffer.length));
    expect(count).toBe(1_000_000);
  });

  it('gives back any pieces one by one, whatever the way they are read', () => {
    const pieces = fc.array(fc.oneof(fc.string(), fc.uint8Array({ maxLength: 20 })), { maxLength: 20 });
    fc.assert(
      fc.property(pieces, fc.array(fc.integer({ min: 1, max: 4 })), (chunks, takes) => {
        const flow = fromArray(chunks);
        const came: Uint8Array[] = [];
        for (const count of takes) flow.read().pipe(take(count)).subscribe((buffer) => came.push(buffer));
        flow.read().subscribe((buffer) => came.push(buffer));
        const expected = chunks.map((one) => (typeof one === 'string' ? bytes(one) : one)).filter((one) => one.length > 0);
        expect(came).toEqual(expected);
      }),
    );
  });

  it.each<[any, any, string]>([
    ['abc', {}, 'fromArray: chunks must be an array, not a string'],
    [['a', 7], {}, 'fromArray: chunks must hold strings and Uint8Arrays, not number 7 (at 1)'],
    [new Array(1), {}, 'fromArray: chunks must hold strings and Uint8Arrays, not undefined (at 0)'],
    [[], null, 'fromArray: options must be an object, not null'],
    [[], { output: new Set() }, 'fromArray: output must be an array, not a Set'],
    [[], { name: 1 }, 'fromArray: name must be a string, not number 1'],
  ])('refuses %p, %p with a TypeError', (chunks, options, message) => {
    expect(() => fromArray(chunks, options)).toThrow(new TypeError(message));
  });
});
