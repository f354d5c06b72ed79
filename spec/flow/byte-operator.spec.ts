import { filter, firstValueFrom, from, Subject, take, type Subscriber } from 'rxjs';
import { byteOperator, type ByteStage } from '../../src/flow/byte-operator.js';
import { utf8 } from '../../src/flow/utf8.js';

/** Emits each chunk's size, and at the end their number. */
class Sizes implements ByteStage<number> {
  #chunks = 0;
  onBytes(chunk: Uint8Array, output: Subscriber<number>): void {
    if (chunk.byteLength === 13) throw new Error('thirteen');
    this.#chunks += 1;
    output.next(chunk.byteLength);
  }
  onEnd(output: Subscriber<number>): void {
    if (this.#chunks === 0) throw new Error('nothing came');
    output.next(this.#chunks);
  }
}

const sizes = byteOperator('sizes', () => new Sizes());

function log(source: Subject<Uint8Array>): string[] {
  const seen: string[] = [];
  source.pipe(sizes).subscribe({
    next: (size) => seen.push(String(size)),
    error: (error: unknown) => seen.push(`# ${(error as Error).message}`),
    complete: () => seen.push('|'),
  });
  return seen;
}

describe('byteOperator', () => {
  it('runs each subscription through a stage of its own', () => {
    const source = new Subject<Uint8Array>();
    const first = log(source);
    source.next(utf8('ab'));
    const second = log(source);
    source.next(utf8('c'));
    source.complete();
    expect([first, second]).toEqual([
      ['2', '1', '2', '|'],
      ['1', '1', '|'],
    ]);
  });

  it("passes the source's error on without a last word", () => {
    const source = new Subject<Uint8Array>();
    const seen = log(source);
    source.next(utf8('ab'));
    source.error(new Error('broken'));
    expect(seen).toEqual(['2', '# broken']);
  });

  it.each([
    ['at a chunk', (source: Subject<Uint8Array>) => source.next(new Uint8Array(13)), '# thirteen'],
    ['at the end', (source: Subject<Uint8Array>) => source.complete(), '# nothing came'],
  ])('turns what the stage throws %s into the error notification, and leaves the source', (_, act, expected) => {
    const source = new Subject<Uint8Array>();
    const seen = log(source);
    act(source);
    expect(seen).toEqual([expected]);
    expect(source.observed).toBe(false);
  });

  it('names what came instead of bytes', () => {
    const source = new Subject<Uint8Array>();
    const seen = log(source);
    source.next('text' as never);
    expect(seen).toEqual(['# sizes: the source must emit Uint8Arrays, not a string']);
    expect(source.observed).toBe(false);
  });

  it('lets a synchronous source see that the output has closed', () => {
    let emitted = 0;
    function* endless(): Generator<Uint8Array> {
      for (;;) {
        emitted += 1;
        yield utf8('x');
      }
    }
    const seen: number[] = [];
    from(endless())
      .pipe(sizes, take(3))
      .subscribe((size) => seen.push(size));
    expect([emitted, seen]).toEqual([3, [1, 1, 1]]);
  });

  it('ends quietly when its last word is all that was wanted', async () => {
    expect(await firstValueFrom(from([utf8('ab')]).pipe(sizes, filter((_, at) => at === 1)))).toBe(1);
    const source = new Subject<Uint8Array>();
    const seen: number[] = [];
    source.pipe(sizes, take(2)).subscribe((size) => seen.push(size));
    source.next(utf8('abc'));
    expect(() => source.complete()).not.toThrow();
    expect(seen).toEqual([3, 1]);
  });
});
