import { holdDeliveries, innermostDelivery } from '../../src/engine/demand.js';
import { utf8 } from '../../src/flow/utf8.js';
import { watchHolds } from '../../src/flow/watch-holds.js';
import { flowPair } from '../../src/memory/pair.js';

/** A watched read of a flow with three buffers; `onBuffer` is called inside the delivery of each. */
function watched(onBuffer: () => void): string[] {
  const [near, far] = flowPair();
  for (const buffer of ['a', 'b', 'c']) near.write(utf8(buffer));
  const log: string[] = [];
  far
    .read()
    .pipe(watchHolds((held) => log.push(held ? 'held' : 'free')))
    .subscribe((buffer) => {
      log.push(new TextDecoder().decode(buffer));
      onBuffer();
    });
  return log;
}

describe('watchHolds', () => {
  it('says when the read is held and when it goes on', () => {
    const releases: (() => void)[] = [];
    const log = watched(() => releases.push(holdDeliveries()!));
    expect(log).toEqual(['a', 'held']);
    releases[0]!();
    expect(log).toEqual(['a', 'held', 'free', 'b', 'held']);
  });

  it('says nothing of an unhindered read', () => {
    expect(watched(() => undefined)).toEqual(['a', 'b', 'c']);
  });

  it('passes a hold on itself alone on to the read', () => {
    const log = watched(() => innermostDelivery()!.hold());
    expect(log).toEqual(['a', 'held']);
  });
});
