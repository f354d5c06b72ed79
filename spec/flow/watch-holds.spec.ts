import { Subject, take, timer } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { drainMap } from '../../src/combinators/drain-map.js';
import { innermostDelivery } from '../../src/engine/demand.js';
import { watchHolds } from '../../src/flow/watch-holds.js';
import { flowPair } from '../../src/memory/pair.js';
import { holdDeliveries } from '../support/hold-deliveries.js';

describe('watchHolds', () => {
  it('says when the chain downstream takes hold of the read, and when it lets go', () => {
    const [flow, peer] = flowPair();
    const seen: string[] = [];
    const gate = new Subject<void>();
    flow
      .read()
      .pipe(
        watchHolds((held) => seen.push(held ? 'held' : 'free')),
        drainMap((buffer) => {
          seen.push(`project ${buffer.join()}`);
          return gate.pipe(take(1));
        }),
      )
      .subscribe();
    peer.write(Uint8Array.of(1));
    peer.write(Uint8Array.of(2));
    expect(seen).toEqual(['project 1', 'held']);
    gate.next();
    expect(seen).toEqual(['project 1', 'held', 'free', 'project 2', 'held']);
  });

  it('says so once, however many hold it, and holds the read until the last has let go', () => {
    const [flow, peer] = flowPair();
    const seen: unknown[] = [];
    let release = () => {};
    flow
      .read()
      .pipe(watchHolds((held) => seen.push(held)))
      .subscribe((buffer) => {
        seen.push(buffer[0]);
        if (seen.length > 1) return;
        const watch = innermostDelivery()!;
        watch.hold();
        watch.hold();
        release = () => watch.unhold();
      });
    peer.write(Uint8Array.of(1));
    peer.write(Uint8Array.of(2));
    release();
    expect(seen).toEqual([1, true]);
    release();
    expect(seen).toEqual([1, true, false, 2]);
  });

  it('watches what is no read as well, and leaves no delivery behind', () => {
    const source = new Subject<Uint8Array>();
    const seen: boolean[] = [];
    let release = () => {};
    source.pipe(watchHolds((held) => seen.push(held))).subscribe(() => (release = holdDeliveries()!));
    source.next(Uint8Array.of(1));
    release();
    expect(seen).toEqual([true, false]);
    expect(innermostDelivery()).toBeNull();
  });

  it('says nothing of a chain that keeps up', () => {
    const [flow, peer] = flowPair();
    const changed = jest.fn();
    flow.read().pipe(watchHolds(changed)).subscribe();
    peer.write(Uint8Array.of(1));
    expect(changed).not.toHaveBeenCalled();
  });

  it('leaves the read as it is: held by what comes after it, and slow with it', () => {
    const scheduler = new TestScheduler(() => {});
    scheduler.run(() => {
      const [flow, peer] = flowPair({ capacity: 1 });
      const accepted: number[] = [];
      flow
        .read()
        .pipe(
          watchHolds(() => {}),
          drainMap(() => timer(10)),
        )
        .subscribe();
      for (let i = 0; i < 4; i += 1) peer.write(Uint8Array.of(i)).subscribe(() => accepted.push(scheduler.now()));
      scheduler.flush();
      expect(accepted).toEqual([0, 0, 10, 20]);
    });
  });

  it('shows the read that its subscriber is ending, so that a successor may come in', () => {
    const [flow, peer] = flowPair();
    const seen: unknown[] = [];
    const watched = () => flow.read().pipe(watchHolds(() => {}), take(1));
    watched().subscribe({ complete: () => watched().subscribe({ next: (buffer) => seen.push([...buffer]), error: (error) => seen.push(error) }) });
    peer.write(Uint8Array.of(1));
    peer.write(Uint8Array.of(2));
    expect(seen).toEqual([[2]]);
  });

  it('lets a delivery end also where the subscriber throws', () => {
    jest.useFakeTimers();
    const [flow, peer] = flowPair();
    const seen: number[] = [];
    flow
      .read()
      .pipe(watchHolds(() => {}))
      .subscribe((buffer) => {
        seen.push(buffer[0]!);
        throw new Error('bad subscriber');
      });
    peer.write(Uint8Array.of(1));
    peer.write(Uint8Array.of(2));
    expect(seen).toEqual([1, 2]);
    expect(() => jest.runAllTimers()).toThrow('bad subscriber');
    jest.useRealTimers();
  });
});
