import { Duplex } from 'node:stream';
import { watchCut } from '../../../src/node/stream/watch-cut.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const ENOTCONN = -107;

/** A stream on a handle of which the spec says whether it is connected. */
function streamOn(getpeername: () => number, wrap = (handle: object): object => handle): Duplex {
  return Object.assign(new Duplex(), { _handle: wrap({ getpeername }) });
}

describe('watchCut', () => {
  it.each<[string, (handle: object) => object]>([
    ['a socket', (handle) => handle],
    ['TLS on one', (_parent) => ({ _parent })],
  ])('tells once of the connection of %s that stays cut for two looks', (_, wrap) => {
    let status = 0;
    const onCut = jest.fn();
    watchCut(streamOn(() => status, wrap), onCut);
    jest.advanceTimersByTime(1000);
    status = ENOTCONN;
    jest.advanceTimersByTime(200);
    expect(onCut).not.toHaveBeenCalled();
    jest.advanceTimersByTime(200);
    expect(onCut).toHaveBeenCalledTimes(1);
    jest.advanceTimersByTime(1000);
    expect(onCut).toHaveBeenCalledTimes(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('looks no more once its watch has ended', () => {
    const getpeername = jest.fn(() => ENOTCONN);
    const onCut = jest.fn();
    const end = watchCut(streamOn(getpeername), onCut);
    jest.advanceTimersByTime(200);
    end();
    jest.advanceTimersByTime(1000);
    expect(getpeername).toHaveBeenCalledTimes(1);
    expect(onCut).not.toHaveBeenCalled();
  });

  it('does not even look at a stream that is on no connection', () => {
    watchCut(new Duplex(), () => {});
    expect(jest.getTimerCount()).toBe(0);
  });
});
