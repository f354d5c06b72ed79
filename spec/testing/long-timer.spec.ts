import { TestScheduler } from 'rxjs/testing';
import { LONGEST_TIMER_MS } from '../../src/flow/check-duration.js';
import { longTimer } from '../../src/testing/long-timer.js';
import { logOf } from './log-of.js';

const DAY_MS = 24 * 60 * 60 * 1000;

describe('longTimer()', () => {
  describe('on a clock whose timers hold no more than 24 days', () => {
    beforeEach(() => jest.useFakeTimers());
    afterEach(() => jest.useRealTimers());

    it.each([0, 5, LONGEST_TIMER_MS - 1, LONGEST_TIMER_MS, LONGEST_TIMER_MS + 1, 2 * LONGEST_TIMER_MS, 30 * DAY_MS, 365 * DAY_MS])(
      'emits once after %p ms, and not before',
      (ms) => {
        const log = logOf(longTimer(ms));
        jest.advanceTimersByTime(Math.max(0, ms - 1));
        if (ms > 0) expect(log).toEqual([]);
        jest.advanceTimersByTime(1);
        expect(log).toEqual([0, 'complete']);
        expect(jest.getTimerCount()).toBe(0);
      },
    );

    it('asks no timer for more than it holds', () => {
      const asked = jest.spyOn(globalThis, 'setInterval');
      logOf(longTimer(100 * DAY_MS));
      jest.advanceTimersByTime(100 * DAY_MS);
      const delays = asked.mock.calls.map(([, ms]) => ms!);
      expect(delays.length).toBeGreaterThan(4);
      expect(Math.max(...delays)).toBe(LONGEST_TIMER_MS);
    });

    it.each([0, 30])('leaves no timer behind when it is unsubscribed after %p days', (days) => {
      const waiting = longTimer(60 * DAY_MS).subscribe();
      jest.advanceTimersByTime(days * DAY_MS);
      expect(jest.getTimerCount()).toBe(1);
      waiting.unsubscribe();
      expect(jest.getTimerCount()).toBe(0);
    });
  });

  it.each([5, LONGEST_TIMER_MS, 2 ** 31, 30 * DAY_MS, 3.2e12])('comes at the very frame %p in virtual time', (ms) => {
    const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
    scheduler.run(({ expectObservable }) => expectObservable(longTimer(ms)).toBe(`${ms}ms (0|)`, [0]));
  });

  it('never comes where that would be beyond every date, in virtual time either', () => {
    const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
    scheduler.run(({ expectObservable }) => expectObservable(longTimer(Number.MAX_VALUE)).toBe(''));
    expect(scheduler.frame).toBe(0);
  });
});
