import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { firstValueFrom, tap } from 'rxjs';
import { collectText } from '../../../src/combinators/collect-text.js';
import { collect } from '../../../src/combinators/collect.js';
import { type FlowError } from '../../../src/flow/flow-error.js';
import type { Flow } from '../../../src/flow/flow.js';
import { utf8 } from '../../../src/flow/utf8.js';
import { flowPair } from '../../../src/memory/pair.js';
import { toNodeStream } from '../../../src/node/node-stream/to-node-stream.js';
import { foreignFlow } from '../../support/foreign-flow.js';
import { endOf, failureOf, watch } from '../support/settled.js';

describe.each([
  ['a flow of this package', (flow: Flow) => flow],
  ['any other flow', foreignFlow],
])('toNodeStream of %s', (_, made) => {
  const pair = (capacity = 65536): [Flow, Flow] => {
    const [near, far] = flowPair({ capacity });
    return [made(near), far];
  };

  it('carries bytes both ways through Node pipelines, and closes', async () => {
    const [near, far] = pair();
    const stream = toNodeStream(near);
    const text = 'some text '.repeat(50_000);
    const zipped = firstValueFrom(far.read().pipe(collect()));
    await pipeline(Readable.from([text]), createGzip(), stream);
    expect(stream.destroyed).toBe(false);
    far.write(await zipped);
    far.close();
    let back = '';
    for await (const chunk of stream.pipe(createGunzip())) back += String(chunk);
    expect(back).toBe(text);
    expect(await endOf(near)).toBe('complete');
  });

  it('reads on after end(), and writes on after the end of the flow', async () => {
    const [near, far] = pair();
    const stream = toNodeStream(near);
    far.write(utf8('first'));
    far.shutdown('write');
    let received = '';
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) received += String(chunk);
    expect(received).toBe('first');
    const rest = firstValueFrom(far.read().pipe(collectText()));
    stream.end('second');
    expect(await rest).toBe('second');
    expect(await endOf(far)).toBe('complete');
  });

  it('reads nothing before it is asked to, and stops when it has enough', async () => {
    const [near, far] = pair(1000);
    const stream = toNodeStream(near);
    const writes = Array.from({ length: 300 }, () => watch(far.write(new Uint8Array(1000))));
    const accepted = () => writes.filter(({ values }) => values.length > 0).length;
    await new Promise(setImmediate);
    expect(accepted()).toBe(1);
    stream.read(0);
    await new Promise(setImmediate);
    expect(accepted()).toBeGreaterThan(60);
    expect(accepted()).toBeLessThan(70);
    let received = 0;
    stream.on('data', (chunk: Buffer) => (received += chunk.byteLength));
    far.shutdown('write');
    await once(stream, 'end');
    expect(received).toBe(300_000);
    stream.destroy();
  });

  it('reads on when the stream asks within the delivery that filled it', async () => {
    const [near, far] = pair();
    const stream = toNodeStream(near);
    const sizes: number[] = [];
    stream.on('readable', () => {
      for (let chunk = stream.read() as Buffer | null; chunk !== null; chunk = stream.read() as Buffer | null) sizes.push(chunk.byteLength);
    });
    for (let count = 0; count < 10; count += 1) far.write(new Uint8Array(70_000));
    far.shutdown('write');
    await once(stream, 'end');
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(700_000);
    stream.destroy();
  });

  it('loses nothing that is written while the peer hears of a corked batch', async () => {
    const [near, far] = pair();
    const stream = toNodeStream(near);
    const came: string[] = [];
    far.read().subscribe((buffer) => {
      if (came.length === 0) stream.end('3');
      came.push(Buffer.from(buffer).toString());
    });
    stream.cork();
    stream.write('1');
    stream.write('2');
    stream.uncork();
    await once(stream, 'finish');
    expect(came.join('')).toBe('123');
  });

  it('may be read by a listener to the result of a write that its reading lets in', async () => {
    const [near, far] = pair(0);
    const stream = toNodeStream(near);
    far.write(new Uint8Array(200_000));
    stream.read(0);
    await once(stream, 'readable');
    let read = 0;
    const take = (size?: number) => (read += (stream.read(size) as Buffer | null)?.byteLength ?? 0);
    far.write(new Uint8Array(60_000)).subscribe(() => take(100_000));
    take();
    expect(stream.readableLength).toBeGreaterThanOrEqual(0);
    far.shutdown('write');
    stream.on('data', (chunk: Buffer) => (read += chunk.byteLength));
    await once(stream, 'end');
    expect(read).toBe(260_000);
  });

  it('ends behind what the peer answers, and ends with, inside a listener of the stream', async () => {
    const [near, far] = pair();
    far.write(utf8('hello'));
    far.read().subscribe(() => {
      far.write(utf8('bye'));
      far.close();
    });
    const stream = toNodeStream(near).setEncoding('utf8');
    const came: string[] = [];
    stream.on('data', (data: string) => {
      came.push(data);
      if (data === 'hello') stream.end('quit');
    });
    await once(stream, 'end');
    expect(came.join(' ')).toBe('hello bye');
    expect(await endOf(far)).toBe('complete');
  });

  it('is full while the flow is', async () => {
    const [near, far] = pair(1000);
    const stream = toNodeStream(near);
    expect(stream.write(new Uint8Array(1000))).toBe(true);
    expect(stream.write(new Uint8Array(200_000))).toBe(false);
    const drained = once(stream, 'drain');
    watch(far.read());
    await drained;
    stream.destroy();
  });

  it('hands corked writes over as one writev', async () => {
    const [near] = pair();
    const batches: number[] = [];
    const flow: Flow = {
      ...foreignFlow(near),
      writev: (buffers) => near.writev(buffers).pipe(tap(() => batches.push(buffers.length))),
    };
    const stream = toNodeStream(flow);
    stream.cork();
    for (const text of ['a', 'b', 'c']) stream.write(text);
    stream.uncork();
    await new Promise(setImmediate);
    expect(batches).toEqual([3]);
    stream.destroy();
  });

  it('aborts the flow when it is destroyed, with the error as the cause', async () => {
    const [near, far] = pair();
    const stream = toNodeStream(near);
    const cause = new Error('enough');
    stream.on('error', () => {});
    stream.destroy(cause);
    expect((await failureOf(near.closed)).cause).toBe(cause);
    expect(await endOf(far)).toBe('reset');
  });

  it('is destroyed with the FlowError of a flow that breaks, after the data before', async () => {
    const [near, far] = pair();
    const stream = toNodeStream(near);
    far.write(utf8('before'));
    far.abort();
    let received = '';
    stream.on('data', (chunk: Buffer) => (received += String(chunk)));
    const [error] = (await once(stream, 'error')) as [FlowError];
    expect(error).toMatchObject({ name: 'FlowError', code: 'reset' });
    expect(received).toBe('before');
  });

  it('is destroyed when the flow breaks while nobody reads, nor writes', async () => {
    const [near, far] = pair();
    const stream = toNodeStream(near);
    const failed = once(stream, 'error') as Promise<[FlowError]>;
    far.abort();
    expect((await failed)[0].code).toBe('reset');
    expect(stream.destroyed).toBe(true);
  });

  it('keeps what came before the flow broke for whoever reads late', async () => {
    const [near, far] = pair();
    const stream = toNodeStream(near);
    far.write(utf8('one '));
    far.write(utf8('two'));
    far.abort();
    await new Promise(setImmediate);
    expect(stream.destroyed).toBe(false);
    const failed = once(stream, 'error') as Promise<[FlowError]>;
    let received = '';
    stream.on('data', (chunk: Buffer) => (received += String(chunk)));
    expect((await failed)[0].code).toBe('reset');
    expect(received).toBe('one two');
  });

  it('is destroyed when a write fails', async () => {
    const [near, far] = pair();
    const stream = toNodeStream(near);
    far.abort();
    stream.write('x');
    expect((await once(stream, 'error'))[0]).toMatchObject({ code: 'reset' });
  });

  it('is destroyed when the flow breaks after its end was read', async () => {
    const [near, far] = pair();
    const stream = toNodeStream(near);
    far.shutdown('write');
    await once(stream.resume(), 'end');
    far.abort();
    expect((await once(stream, 'error'))[0]).toMatchObject({ code: 'reset' });
  });
});

describe('toNodeStream', () => {
  it('throws a TypeError for anything but a flow', () => {
    expect(() => toNodeStream('tcp' as never)).toThrow(new TypeError('toNodeStream: flow must be a Flow, not a string'));
  });
});
