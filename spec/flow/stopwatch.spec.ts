import { asyncScheduler } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { Stopwatch } from '../../src/flow/stopwatch.js';

describe('a Stopwatch', () => {
  it('counts from when it was made, in virtual time too', () => {
    const seen: number[] = [];
    new TestScheduler(() => {}).run(({ flush }) => {
      asyncScheduler.schedule(() => {
        const watch = new Stopwatch();
        seen.push(watch.elapsed());
        asyncScheduler.schedule(() => seen.push(watch.elapsed(), watch.elapsed()), 20);
      }, 10);
      flush();
    });
    expect(seen).toEqual([0, 20, 20]);
  });

  it('goes on from where it is when the clock is set back', () => {
    jest.useFakeTimers({ now: 10_000 });
    try {
      const watch = new Stopwatch();
      const seen = [10_100, 9_000, 9_050, 10_100].map((time) => {
        jest.setSystemTime(time);
        return watch.elapsed();
      });
      expect(seen).toEqual([100, 100, 150, 1200]);
    } finally {
      jest.useRealTimers();
    }
  });
});
