import { Socket } from 'node:net';
import { firstValueFrom, type Observable } from 'rxjs';
import type { Flow } from '../../../src/flow/flow.js';
import { readWhenCut } from '../../../src/node/stream/read-when-cut.js';
import { authorityAndServer } from '../../support/certificates.js';
import { concat, pattern } from '../../web/support/bytes.js';
import { plainSocketPair, tcpPair } from '../support/connected.js';
import { endOf, openedFromNow, watch } from '../support/settled.js';
import { tlsPair } from '../support/tls-pair.js';
import { webSocketPair } from '../support/web-sockets.js';

const ENOTCONN = -107;

type Pair = () => Observable<[Flow, Flow]>;

let certificates: Awaited<ReturnType<typeof authorityAndServer>>;

beforeAll(async () => {
  certificates = await authorityAndServer();
});

/** Reads to the end, and tells how it came. */
async function rest(flow: Flow): Promise<[Uint8Array, unknown]> {
  const { values, ended } = watch(flow.read());
  const end = (await ended) as { code?: string };
  return [concat(values), end.code ?? end];
}

describe.each<[string, Pair]>([
  ['TCP', () => tcpPair()],
  ["a socket of net's own", () => plainSocketPair()],
  ['WebSockets', () => webSocketPair()],
  ['TLS', () => tlsPair({ ca: certificates.authority.cert }, certificates.server)],
])('a flow over %s that nobody reads or writes', (transport, pair) => {
  let near: Flow;
  let far: Flow;

  beforeEach(async () => {
    [near, far] = await firstValueFrom(pair());
    // TLS reads on for what comes with its handshake until it is told not to.
    if (transport === 'TLS') far.write(pattern(1));
    if (transport === 'TLS') expect(await firstValueFrom(near.read())).toEqual(pattern(1));
  });
  afterEach(() => {
    near.abort();
    far.abort();
  });

  it('notices that its peer has reset the connection', async () => {
    far.abort();
    expect(await endOf(near)).toBe('reset');
    expect((await firstValueFrom(near.write(pattern(1)))).ok).toBe(false);
  });

  it('keeps for its next reader what the peer had said before', async () => {
    far.write(pattern(100_000));
    // Accepted is not sent, and a reset drops what is not.
    for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
    far.abort();
    expect(await endOf(near)).toBe('reset');
    const [bytes, end] = await rest(near);
    expect([bytes.length, bytes, end]).toEqual([100_000, pattern(100_000), 'reset']);
  });

  it('notices it too when it has ended its own direction', async () => {
    await watch(near.shutdown('write')).ended;
    far.abort();
    expect(await endOf(near)).toBe('reset');
  });

  it('notices it between two readers', async () => {
    far.write(pattern(10));
    expect(await firstValueFrom(near.read())).toEqual(pattern(10));
    far.abort();
    expect(await endOf(near)).toBe('reset');
  });
});

it('leaves no timer and no socket behind', async () => {
  const held = openedFromNow();
  const clearing = jest.spyOn(globalThis, 'clearInterval');
  const [near, far] = await firstValueFrom(tcpPair());
  far.abort();
  near.abort();
  await Promise.all([endOf(near), endOf(far)]);
  expect(await held()).toEqual([]);
  expect(clearing).toHaveBeenCalled();
  clearing.mockRestore();
});

describe('readWhenCut', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  /** A socket on a handle that tells whether it is read, and connected. */
  function socketOn(handle: { reading: boolean; getpeername?: () => number }) {
    const socket = Object.assign(new Socket(), { _handle: handle });
    const read = jest.fn();
    // One handle that is none of the system's.
    const close = () => socket.emit('close', false);
    return { socket, read, close };
  }

  it('reads a connection that is cut, once', () => {
    const { socket, read } = socketOn({ reading: false, getpeername: () => ENOTCONN });
    readWhenCut(socket, read);
    jest.advanceTimersByTime(499);
    expect(read).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(read).toHaveBeenCalledTimes(1);
    jest.advanceTimersByTime(2000);
    expect(read).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['is there', { reading: false, getpeername: () => 0 }],
    ['is read already', { reading: true, getpeername: () => ENOTCONN }],
  ])('leaves alone a connection that %s', (_, handle) => {
    const { socket, read, close } = socketOn(handle);
    readWhenCut(socket, read);
    jest.advanceTimersByTime(2000);
    expect(read).not.toHaveBeenCalled();
    close();
  });

  it('has one timer for all connections, which goes with the last', () => {
    const handle = { reading: false, getpeername: () => 0 };
    const [one, two] = [socketOn(handle), socketOn(handle)];
    const leave = readWhenCut(one.socket, one.read);
    readWhenCut(two.socket, two.read);
    expect(jest.getTimerCount()).toBe(1);
    leave();
    expect(jest.getTimerCount()).toBe(1);
    two.close();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('does not even look at a socket that cannot be asked', () => {
    const { socket, read } = socketOn({ reading: false });
    readWhenCut(socket, read);
    expect(jest.getTimerCount()).toBe(0);
  });
});
