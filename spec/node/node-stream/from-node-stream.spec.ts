import { EventEmitter, once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Duplex, PassThrough, Readable } from 'node:stream';
import { firstValueFrom, map } from 'rxjs';
import { collectText } from '../../../src/combinators/collect-text.js';
import type { Flow } from '../../../src/flow/flow.js';
import { utf8 } from '../../../src/flow/utf8.js';
import { fromNodeStream } from '../../../src/node/node-stream/from-node-stream.js';
import { toNodeStream } from '../../../src/node/node-stream/to-node-stream.js';
import { describeConformance } from '../../support/run-conformance.js';
import { pattern } from '../../web/support/bytes.js';
import { plainSocketPair, tcpPair } from '../support/connected.js';
import { startRawServer, stopRawServer } from '../support/raw-server.js';
import { endOf, failureOf, watch } from '../support/settled.js';

describeConformance('Node streams over TCP flows', {
  create: () => tcpPair().pipe(map(([a, b]): [Flow, Flow] => [fromNodeStream(toNodeStream(a)), b])),
});

describeConformance("net's own sockets", { create: plainSocketPair });

describe('fromNodeStream', () => {
  it('reads nothing before it is asked to, and then no more than is wanted', async () => {
    let reads = 0;
    const duplex = new Duplex({
      highWaterMark: 1,
      read() {
        reads += 1;
        this.push(Buffer.from(String(reads % 10)));
      },
    });
    const flow = fromNodeStream(duplex);
    await new Promise(setImmediate);
    expect(reads).toBe(0);
    expect(text(await firstValueFrom(flow.read()))).toBe('1');
    await new Promise(setImmediate);
    expect(reads).toBeLessThan(5);
    flow.abort();
  });

  it('ends the stream with shutdown("write"), and reads on', async () => {
    const seen: string[] = [];
    const duplex = new Duplex({
      read() {},
      write: (chunk: Buffer, _, done) => done(void seen.push(String(chunk))),
      final: (done) => done(void seen.push('final')),
    });
    const flow = fromNodeStream(duplex);
    flow.write(utf8('a'));
    await firstValueFrom(flow.shutdown('write'));
    expect(seen).toEqual(['a', 'final']);
    duplex.push('later');
    duplex.push(null);
    expect(await firstValueFrom(flow.read().pipe(collectText()))).toBe('later');
    expect(await endOf(flow)).toBe('complete');
    expect(duplex.destroyed).toBe(true);
  });

  it('keeps writes pending while the stream is full', async () => {
    let release = (): void => {};
    const duplex = new Duplex({ highWaterMark: 1, read() {}, write: (_chunk, _encoding, done) => (release = done) });
    const flow = fromNodeStream(duplex);
    flow.write(new Uint8Array(65536));
    const pending = watch(flow.write(new Uint8Array(65536)));
    await new Promise(setImmediate);
    expect(pending.values).toEqual([]);
    release();
    await pending.ended;
    expect(pending.values).toEqual([{ ok: true }]);
    flow.abort();
  });

  it('breaks with the error of the stream as the cause', async () => {
    const duplex = new PassThrough();
    const flow = fromNodeStream(duplex, { name: 'pipe' });
    const cause = new Error('worn out');
    duplex.destroy(cause);
    const error = await failureOf(flow.closed);
    expect([error.code, error.message, error.cause]).toEqual(['failed', 'pipe: worn out', cause]);
  });

  it('breaks as truncated when somebody else destroys the stream before its end', async () => {
    const duplex = new PassThrough();
    const flow = fromNodeStream(duplex);
    duplex.destroy();
    expect((await failureOf(flow.read())).code).toBe('truncated');
    expect(await endOf(flow)).toBe('truncated');
  });

  it.each<[string, Error | undefined, string]>([
    ['fails', new Error('worn out'), 'failed'],
    ['is destroyed', undefined, 'truncated'],
  ])('gives once what had come when the stream %s, then the error, to a reader who had not asked or asks later', async (_, error, code) => {
    for (const when of ['before', 'after', 'late'] as const) {
      const duplex = new PassThrough({ encoding: 'utf8' }).on('error', () => {});
      duplex.write('what ');
      duplex.write('cäme');
      if (when === 'before') duplex.destroy(error);
      const flow = fromNodeStream(duplex);
      if (when !== 'before') await new Promise(setImmediate);
      duplex.destroy(error);
      if (when === 'late') await new Promise(setImmediate);
      const read = watch(flow.read());
      expect(await read.ended).toMatchObject({ code });
      expect(Buffer.concat(read.values).toString()).toBe('what cäme');
    }
  });

  it('tells the error of a stream that lives on, and reads no more of it than was there', async () => {
    let reads = 0;
    const duplex = new Duplex({
      highWaterMark: 10,
      read() {
        reads += 1;
        this.push('0123456789');
      },
    });
    const flow = fromNodeStream(duplex, { name: 'device' });
    await firstValueFrom(flow.read());
    const before = reads;
    duplex.emit('error', new Error('parity'));
    expect(await failureOf(flow.closed)).toMatchObject({ code: 'failed', message: 'device: parity' });
    expect(reads - before).toBeLessThan(3);
  });

  it.each<[string, (stream: EventEmitter) => void, string]>([
    ['fails', (stream) => stream.emit('error', new Error('boom')), 'failed'],
    ['is closed', (stream) => stream.emit('close'), 'truncated'],
  ])('breaks with an old stream, which only emits, when it %s', async (_, end, code) => {
    const nothing = () => true;
    const old = Object.assign(new EventEmitter(), { write: nothing, end: nothing, resume: nothing, pause: nothing, destroy: nothing });
    const flow = fromNodeStream(old as unknown as Duplex);
    end(old);
    expect(await endOf(flow)).toBe(code);
  });

  it('breaks with a stream whose read() throws', async () => {
    const duplex = new PassThrough();
    duplex.write('unread');
    const flow = fromNodeStream(duplex);
    const read = duplex.read.bind(duplex);
    duplex.read = (size) => {
      if (duplex.destroyed && size === undefined) throw new Error('not now');
      return read(size) as unknown;
    };
    duplex.destroy(new Error('boom'));
    expect(await failureOf(flow.closed)).toMatchObject({ code: 'failed', message: 'node stream: boom' });
  });

  it.each([0, 10_000])('has once what a peer said before it went and a write failed, %i bytes of which are in the stream', async (inStream) => {
    const { server, port, peers } = await startRawServer();
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).pause();
    const flow = fromNodeStream(socket);
    const peer = peers[0] ?? ((await once(server, 'connection'))[0] as Socket);
    const answer = pattern(30_000);
    if (inStream > 0) {
      peer.write(answer.subarray(0, inStream));
      for (socket.read(0); socket.readableLength < inStream; ) await new Promise(setImmediate);
    }
    peer.on('error', () => {}).once('data', () => peer.pause().end(answer.subarray(inStream), () => peer.destroy()));
    for (let ok = true; ok; ) ({ ok } = await firstValueFrom(flow.write(new Uint8Array(65_536))));
    const read = watch(flow.read());
    expect(await read.ended).toMatchObject({ code: 'reset' });
    expect(Buffer.concat(read.values).equals(answer)).toBe(true);
    await stopRawServer({ server, peers });
  });

  it('destroys the stream when it is aborted', async () => {
    const duplex = new PassThrough();
    const flow = fromNodeStream(duplex);
    flow.abort('enough');
    expect(duplex.destroyed).toBe(true);
    expect(await endOf(flow)).toBe('aborted');
  });

  it('refuses writes once somebody else has ended the stream', async () => {
    const duplex = new PassThrough();
    const flow = fromNodeStream(duplex);
    duplex.end('all');
    expect(await firstValueFrom(flow.read().pipe(collectText()))).toBe('all');
    expect(await firstValueFrom(flow.write(utf8('x')))).toMatchObject({ ok: false, error: { code: 'closed' } });
    expect(await endOf(flow)).toBe('complete');
  });

  it('tells of each write whether it has left when somebody else ends the stream in the middle', async () => {
    const took: number[] = [];
    let go = () => {};
    const duplex = new Duplex({
      read() {},
      write(chunk: Buffer, _, done) {
        took.push(chunk.byteLength);
        go = done;
      },
    });
    const flow = fromNodeStream(duplex);
    const results = [100_000, 100_001, 100_002].map((size) => firstValueFrom(flow.write(new Uint8Array(size))));
    duplex.end();
    go();
    expect(await Promise.all(results)).toMatchObject([{ ok: true }, { ok: false, error: { code: 'closed' } }, { ok: false, error: { code: 'closed' } }]);
    expect(took).toEqual([100_000]);
    flow.abort();
  });

  it('sees what had happened to the stream before', async () => {
    const ended = new PassThrough();
    ended.resume().end();
    await once(ended, 'close');
    expect(await endOf(fromNodeStream(ended))).toBe('complete');
    const destroyed = new PassThrough();
    destroyed.destroy();
    expect(await endOf(fromNodeStream(destroyed))).toBe('truncated');
    const failed = new PassThrough().on('error', () => {});
    failed.destroy(Object.assign(new Error('gone'), { code: 'ECONNRESET' }));
    expect(await endOf(fromNodeStream(failed))).toBe('reset');
  });

  it('turns the strings of a stream with an encoding into bytes again', async () => {
    const duplex = new PassThrough({ encoding: 'hex' });
    const flow = fromNodeStream(duplex);
    duplex.end('hé');
    expect(await firstValueFrom(flow.read().pipe(collectText()))).toBe('hé');
  });

  it.each([
    ['nothing', undefined, 'fromNodeStream: duplex must be a Duplex, not undefined'],
    ['an object', {}, 'fromNodeStream: duplex must be a Duplex, not an object'],
    ['a Readable', new Readable({ read() {} }), 'fromNodeStream: duplex must be a Duplex, not a Readable'],
    ['a stream of objects', new PassThrough({ objectMode: true }), 'fromNodeStream: duplex must be a stream of bytes, not one in object mode'],
  ])('throws a TypeError for %s', (_, duplex, message) => {
    expect(() => fromNodeStream(duplex as Duplex)).toThrow(new TypeError(message));
  });

  it('throws a TypeError for a name that is none', () => {
    expect(() => fromNodeStream(new PassThrough(), { name: 1 as never })).toThrow('fromNodeStream: name must be a string, not number 1');
  });

  it('throws a TypeError for options that are none', () => {
    expect(() => fromNodeStream(new PassThrough(), null as never)).toThrow(new TypeError('fromNodeStream: options must be an object, not null'));
  });
});

function text(buffer: Uint8Array): string {
  return Buffer.from(buffer).toString();
}
