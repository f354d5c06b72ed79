import { concat, of, Subject, throwError } from 'rxjs';
import { lines } from '../../src/combinators/lines.js';
import { toAsyncIterable } from '../../src/combinators/to-async-iterable.js';
import type { Flow } from '../../src/flow/flow.js';
import { FlowError } from '../../src/flow/flow-error.js';
import { utf8 } from '../../src/flow/utf8.js';
import { flowPair } from '../../src/memory/pair.js';

const decode = (buffer: Uint8Array) => new TextDecoder().decode(buffer);

/** A flow to read from, whose peer has written these into no room at all; `accepted` counts what has been pulled. */
function written(...buffers: string[]): { flow: Flow; peer: Flow; accepted: () => number } {
  const [peer, flow] = flowPair({ capacity: 0 });
  let accepted = 0;
  for (const buffer of buffers) peer.write(utf8(buffer)).subscribe(() => (accepted += 1));
  return { flow, peer, accepted: () => accepted };
}

describe('toAsyncIterable', () => {
  it('pulls one buffer a turn, and none before the first', async () => {
    const { flow, accepted } = written('a', 'b', 'c');
    const turns = toAsyncIterable(flow)[Symbol.asyncIterator]();
    expect(accepted()).toBe(0);
    expect((await turns.next()).value).toEqual(utf8('a'));
    expect(accepted()).toBe(1);
    expect((await turns.next()).value).toEqual(utf8('b'));
    expect(accepted()).toBe(2);
  });

  it('ends where the flow does', async () => {
    const { flow, peer } = written('a', 'b');
    peer.shutdown('write');
    const seen: string[] = [];
    for await (const buffer of toAsyncIterable(flow)) seen.push(decode(buffer));
    expect(seen).toEqual(['a', 'b']);
    for await (const buffer of toAsyncIterable(flow)) seen.push(decode(buffer));
    expect(seen).toEqual(['a', 'b']);
  });

  it('loses nothing when the loop is left: the next one goes on', async () => {
    const { flow, peer } = written('a', 'b', 'c');
    peer.shutdown('write');
    const seen: string[] = [];
    for await (const buffer of toAsyncIterable(flow)) {
      seen.push(decode(buffer));
      break;
    }
    for await (const buffer of toAsyncIterable(flow)) seen.push(decode(buffer));
    expect(seen).toEqual(['a', 'b', 'c']);
  });

  it('waits for a buffer that comes later, and answers turns asked for ahead in their order', async () => {
    const { flow, peer } = written();
    const turns = toAsyncIterable(flow)[Symbol.asyncIterator]();
    const asked = [turns.next(), turns.next(), turns.next()];
    peer.write(utf8('a'));
    peer.write(utf8('b'));
    peer.shutdown('write');
    expect(await Promise.all(asked)).toEqual([
      { done: false, value: utf8('a') },
      { done: false, value: utf8('b') },
      { done: true, value: undefined },
    ]);
  });

  it('rejects the turn that meets a failure, after the data before it, and is over then', async () => {
    const { flow, peer } = written('a');
    const turns = toAsyncIterable(flow)[Symbol.asyncIterator]();
    expect((await turns.next()).value).toEqual(utf8('a'));
    peer.abort();
    await expect(turns.next()).rejects.toEqual(expect.any(FlowError));
    expect(await turns.next()).toEqual({ done: true, value: undefined });
  });

  it('takes any Observable, and gives the items of one chunk one by one before it pulls the next', async () => {
    const { flow, peer, accepted } = written('1\n2\n', '3\n');
    peer.shutdown('write');
    const seen: string[] = [];
    for await (const line of toAsyncIterable(flow.read().pipe(lines()))) seen.push(`${line} of ${accepted()}`);
    expect(seen).toEqual(['1 of 1', '2 of 1', '3 of 2']);
  });

  it('gives the items before an error first, though nobody waited when they came', async () => {
    const source = concat(
      of(1, 2),
      throwError(() => new Error('broken')),
    );
    const turns = toAsyncIterable(source)[Symbol.asyncIterator]();
    expect([(await turns.next()).value, (await turns.next()).value]).toEqual([1, 2]);
    await expect(turns.next()).rejects.toEqual(new Error('broken'));
    expect(await turns.next()).toEqual({ done: true, value: undefined });
  });

  it('unsubscribes when the loop is left, and settles what still waits', async () => {
    const source = new Subject<number>();
    const turns = toAsyncIterable(source)[Symbol.asyncIterator]();
    const asked = turns.next();
    expect(source.observed).toBe(true);
    expect(await turns.return!()).toEqual({ done: true, value: undefined });
    expect(source.observed).toBe(false);
    expect(await asked).toEqual({ done: true, value: undefined });
    expect(await turns.next()).toEqual({ done: true, value: undefined });
  });

  it('lets the readers around it go when the loop is left', async () => {
    const around = written('x', 'y');
    const [near, far] = flowPair();
    const turns = toAsyncIterable(far)[Symbol.asyncIterator]();
    const asked = turns.next();
    around.flow.read().subscribe((buffer) => void near.write(buffer));
    await asked;
    expect(around.accepted()).toBe(1);
    await turns.return!();
    expect(around.accepted()).toBe(2);
  });

  it('names what came instead of a source', () => {
    const message = 'toAsyncIterable: source must be a Flow or an Observable, not an array';
    expect(() => toAsyncIterable([] as never)).toThrow(new TypeError(message));
    expect(() => toAsyncIterable(undefined as never)).toThrow(/not undefined/);
  });

  it('is over for good once it was left, with an error that nobody met too', async () => {
    const turns = toAsyncIterable(concat(of(1), throwError(() => new Error('boom'))))[Symbol.asyncIterator]();
    expect(await turns.next()).toEqual({ done: false, value: 1 });
    expect(await turns.return!()).toEqual({ done: true, value: undefined });
    expect(await turns.next()).toEqual({ done: true, value: undefined });
  });
});
