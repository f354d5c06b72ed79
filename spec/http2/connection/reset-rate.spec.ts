import { ResetRate } from '../../../src/http2/connection/reset-rate.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

function countedAfter(rate: ResetRate, times: number): boolean {
  for (let nth = 0; nth < times; nth += 1) rate.count();
  return rate.isExceeded;
}

describe('ResetRate', () => {
  it('lets nine hundred pass at once, and not one more, ever', () => {
    const rate = new ResetRate();
    expect(countedAfter(rate, 900)).toBe(false);
    expect(countedAfter(rate, 1)).toBe(true);
    jest.advanceTimersByTime(60_000);
    expect(rate.isExceeded).toBe(true);
  });

  it('lets thirty-three a second pass for as long as one likes', () => {
    const rate = new ResetRate();
    for (let second = 0; second < 600; second += 1) {
      expect(countedAfter(rate, 33)).toBe(false);
      jest.advanceTimersByTime(1000);
    }
  });

  it('saves no more for later than may come at once', () => {
    const rate = new ResetRate();
    jest.advanceTimersByTime(3_600_000);
    expect(countedAfter(rate, 900)).toBe(false);
    expect(countedAfter(rate, 1)).toBe(true);
  });
});
