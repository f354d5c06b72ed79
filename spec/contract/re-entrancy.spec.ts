// What is done to a flow from inside what it tells: the contract holds there as anywhere.

import { NEVER, Subject, type Observable } from 'rxjs';
import { channel } from '../../src/codec/channel.js';
import { fixedCodec } from '../../src/codec/fixed-codec.js';
import { framed } from '../../src/codec/framed.js';
import { closeWithin } from '../../src/combinators/close-within.js';
import { drainMap } from '../../src/combinators/drain-map.js';
import type { Flow } from '../../src/flow/flow.js';
import { flowPair } from '../../src/memory/pair.js';
import { bytes, logOf, text, writeOf } from '../memory/log-of.js';

interface Reading {
  read(): Observable<Uint8Array>;
}

describe('bytes', () => {
  it('stay in their order when a second reader, told that it is busy, has something written behind those that wait', () => {
    const [near, far] = flowPair();
    for (const data of ['1', '2', '3']) writeOf(far, data);
    const came: string[] = [];
    near.read().subscribe((buffer) => {
      came.push(text(buffer));
      if (came.length === 1) near.read().subscribe({ error: () => writeOf(far, '4') });
    });
    expect(came).toEqual(['1', '2', '3', '4']);
  });

  it('go to the next reader where a hold was taken behind another that has been released in the same delivery', () => {
    const [near, far] = flowPair();
    for (const data of ['1', '2', '3']) writeOf(far, data);
    const came = new Subject<Uint8Array>();
    const first = new Subject<never>();
    came.pipe(drainMap(() => first)).subscribe();
    came.subscribe(() => first.complete());
    came.pipe(drainMap(() => NEVER)).subscribe();
    const delivered = logOf(came);
    near.read().subscribe(came).unsubscribe();
    expect(delivered).toEqual(['1']);
    expect(logOf(near.read())).toEqual(['2', '3']);
  });
});

describe('a write that an abort drops', () => {
  it('fails though the peer reads, and makes room, on hearing of an earlier one', () => {
    const [near, far] = flowPair({ capacity: 4 });
    const results: string[] = [];
    const write = (data: string, then = () => {}) =>
      far.write(bytes(data)).subscribe((result) => {
        results.push(result.ok ? 'ok' : result.error.code);
        then();
      });
    write('123');
    write('1234567890', () => near.read().subscribe({ error: () => {} }));
    write('1');
    far.abort();
    expect(results).toEqual(['ok', 'aborted', 'aborted']);
  });

  it.each<[string, (flow: Flow) => Observable<void>]>([
    ['shutdown', (flow) => flow.shutdown('read')],
    ['closeWithin', (flow) => closeWithin(flow, 10)],
  ])('fails though the reader that has aborted tidies up by %s', (_, tidy) => {
    const [near, far] = flowPair();
    near.read().subscribe({ next: () => near.abort(), error: () => tidy(near).subscribe({ error: () => {} }) });
    expect(logOf(far.writev([bytes('read'), bytes('dropped')]))).toEqual(['reset', '|']);
  });

  it('is not the one whose bytes had been taken, where another made inside its delivery leads to the abort', () => {
    const [near, far] = flowPair();
    let inner: string[] = [];
    near.read().subscribe({
      next: (buffer) => {
        if (text(buffer) === 'one') inner = writeOf(far, 'two');
        else near.abort();
      },
      error: () => {},
    });
    expect(writeOf(far, 'one')).toEqual(['ok', '|']);
    expect(inner).toEqual(['ok', '|']);
  });
});

it.each<[string, (flow: Flow) => Reading]>([
  ['a pair', (flow) => flow],
  ['what a channel leaves', (flow) => channel(flow).rest()],
  ['a framed flow', (flow) => framed(flow, fixedCodec({ frameBytes: 1 }))],
])('the third reader of %s is busy, and told so, when the second has come in place of the first', (_, made) => {
  const [near, far] = flowPair();
  const reading = made(near);
  const log: string[] = [];
  const told = (who: string) => (entry: string) => log.push(`${who} ${entry}`);
  const first = reading.read().subscribe(() => {
    first.unsubscribe();
    logOf(reading.read(), told('second'));
    logOf(reading.read(), told('third'));
  });
  writeOf(far, 'x');
  expect(log).toEqual(['third #busy']);
  writeOf(far, 'y');
  far.shutdown('write');
  expect(log).toEqual(['third #busy', 'second y', 'second |']);
});
