import { EventEmitter } from 'node:events';
import type { Http2Session } from 'node:http2';
import { watchGivenUp } from '../../../src/http2/connection/watch-given-up.js';

/** A session of which the spec says what has been read and written. */
class FakeSession extends EventEmitter {
  destroyed = false;
  readonly socket = { bytesRead: 0, bytesWritten: 0 };
  answer: () => void = () => {};
  readonly settings = jest.fn((_: object, answer: () => void) => {
    this.socket.bytesWritten += 9;
    this.answer = answer;
  });
}

const LOOKS = 1000;
let session: FakeSession;
let isWriting: boolean;
let isNoLoss: boolean;
const onGivenUp = jest.fn();

beforeEach(() => {
  jest.useFakeTimers();
  onGivenUp.mockClear();
  isWriting = false;
  isNoLoss = false;
  session = new FakeSession();
  watchGivenUp(session as unknown as Http2Session, () => isWriting, () => isNoLoss, onGivenUp);
});
afterEach(() => {
  jest.useRealTimers();
});

describe('watchGivenUp', () => {
  it('asks nothing of a connection on which nothing has come', () => {
    jest.advanceTimersByTime(LOOKS);
    expect(session.settings).not.toHaveBeenCalled();
  });

  it('asks once in the silence that follows data, and is content with the answer', () => {
    session.socket.bytesRead = 100;
    jest.advanceTimersByTime(LOOKS);
    expect(session.settings).toHaveBeenCalledTimes(1);
    session.socket.bytesRead += 9;
    session.answer();
    jest.advanceTimersByTime(LOOKS);
    expect(session.settings).toHaveBeenCalledTimes(1);
    expect(onGivenUp).not.toHaveBeenCalled();
  });

  it('asks nothing in return when the peer asks, or two of them would do so for ever', () => {
    session.socket.bytesRead = 100;
    jest.advanceTimersByTime(LOOKS);
    session.socket.bytesRead += 9;
    session.answer();
    session.socket.bytesRead += 9;
    session.emit('remoteSettings', {});
    jest.advanceTimersByTime(LOOKS);
    expect(session.settings).toHaveBeenCalledTimes(1);
  });

  it('asks for what came in one read with an answer, or with the peer’s own SETTINGS', () => {
    session.socket.bytesRead = 100;
    session.emit('remoteSettings', {});
    jest.advanceTimersByTime(LOOKS);
    session.socket.bytesRead += 9 + 20;
    session.answer();
    jest.advanceTimersByTime(LOOKS);
    expect(session.settings).toHaveBeenCalledTimes(2);
  });

  it('tells of a session that is given up while a question is on its way', () => {
    session.socket.bytesRead = 100;
    jest.advanceTimersByTime(LOOKS);
    session.settings.mockImplementation(() => {});
    session.socket.bytesRead += 20;
    jest.advanceTimersByTime(LOOKS);
    expect(onGivenUp).toHaveBeenCalledTimes(1);
  });

  it('gives a peer that is no loss ten seconds to answer', () => {
    isNoLoss = true;
    session.socket.bytesRead = 100;
    jest.advanceTimersByTime(10_000);
    expect(onGivenUp).not.toHaveBeenCalled();
    jest.advanceTimersByTime(200);
    expect(onGivenUp.mock.calls).toEqual([['timeout', 'no answer to SETTINGS within 10000 ms']]);
  });

  it('waits on for the answer of one that says something meanwhile, that is still taking data, or that would be a loss', () => {
    session.socket.bytesRead = 100;
    jest.advanceTimersByTime(60_000);
    isNoLoss = true;
    jest.advanceTimersByTime(5000);
    isWriting = true;
    jest.advanceTimersByTime(60_000);
    isWriting = false;
    for (let second = 0; second < 60; second += 1) {
      session.socket.bytesRead += 1;
      jest.advanceTimersByTime(1000);
    }
    expect(onGivenUp).not.toHaveBeenCalled();
  });

  it('is content with such a peer that has answered', () => {
    isNoLoss = true;
    session.socket.bytesRead = 100;
    jest.advanceTimersByTime(5000);
    session.socket.bytesRead += 9;
    session.answer();
    jest.advanceTimersByTime(60_000);
    expect(onGivenUp).not.toHaveBeenCalled();
  });

  it('asks a peer that never answers fifty times, of a hundred that node:http2 lets it', () => {
    for (let burst = 0; burst < 200; burst += 1) {
      session.socket.bytesRead += 20;
      jest.advanceTimersByTime(LOOKS);
    }
    expect(session.settings).toHaveBeenCalledTimes(50);
    expect(onGivenUp).not.toHaveBeenCalled();
  });

  it('tells of a session that lets its question not leave', () => {
    session.settings.mockImplementation(() => {});
    session.socket.bytesRead = 100;
    jest.advanceTimersByTime(200);
    expect(onGivenUp).not.toHaveBeenCalled();
    jest.advanceTimersByTime(200);
    expect(onGivenUp.mock.calls).toEqual([['protocol', 'the peer does not keep to HTTP/2']]);
  });

  it('waits while the transport has something in hand', () => {
    isWriting = true;
    session.socket.bytesRead = 100;
    jest.advanceTimersByTime(LOOKS);
    expect(session.settings).not.toHaveBeenCalled();
  });
});
