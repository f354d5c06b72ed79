import { watchCut } from '../../../src/http2/connection/watch-cut.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('watchCut', () => {
  it('tells once of a connection that stays cut for two looks', () => {
    let cut = false;
    const onCut = jest.fn();
    watchCut(() => cut, onCut);
    jest.advanceTimersByTime(1000);
    cut = true;
    jest.advanceTimersByTime(200);
    expect(onCut).not.toHaveBeenCalled();
    jest.advanceTimersByTime(200);
    expect(onCut).toHaveBeenCalledTimes(1);
    jest.advanceTimersByTime(1000);
    expect(onCut).toHaveBeenCalledTimes(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('looks no more once its watch has ended', () => {
    const isCut = jest.fn(() => true);
    const onCut = jest.fn();
    const end = watchCut(isCut, onCut);
    jest.advanceTimersByTime(200);
    end();
    jest.advanceTimersByTime(1000);
    expect(isCut).toHaveBeenCalledTimes(1);
    expect(onCut).not.toHaveBeenCalled();
  });
});
