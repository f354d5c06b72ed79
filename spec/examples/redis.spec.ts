import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { firstValueFrom, forkJoin, from, map, type Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { RedisClient } from '../../examples/redis/redis-client.js';
import { RedisError, respCodec, type RespValue } from '../../examples/redis/resp-codec.js';
import { decodeWith } from '../../src/codec/decode-with.js';
import { detach } from '../../src/combinators/detach.js';
import type { Flow } from '../../src/flow/flow.js';
import { formatError } from '../../src/flow/format-error.js';
import { utf8 } from '../../src/flow/utf8.js';
import { flowPair } from '../../src/memory/pair.js';
import { connectUnix } from '../../src/node/socket/connect-unix.js';
import { flowScript } from '../../src/testing/flow-script.js';
import { anyCuts, byteByByte, cutAt, joined } from '../support/cut-bytes.js';

/** Items, then `|` or the error as it is printed. */
function logOf(source: Observable<unknown>): unknown[] {
  const log: unknown[] = [];
  source.subscribe({ next: (item) => log.push(item), error: (error: unknown) => log.push(`#${formatError(error)}`), complete: () => log.push('|') });
  return log;
}

const decode = (chunks: readonly Uint8Array[], maxFrameBytes = 2 ** 20) => logOf(from(chunks).pipe(decodeWith(respCodec({ maxFrameBytes }))));
const encode = (value: RespValue) => joined(respCodec().encode(value));

describe('the RESP codec', () => {
  const oneLine = fc.string({ maxLength: 8 });
  const { value } = fc.letrec<{ value: RespValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      oneLine,
      fc.maxSafeInteger(),
      fc.uint8Array({ maxLength: 20 }),
      fc.constant(null),
      oneLine.map((text) => new RedisError(text)),
      fc.array(tie('value'), { maxLength: 4 }),
    ),
  }));

  it('decodes what it encodes, wherever the chunks cut it', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 5 }), anyCuts, (values, cuts) => {
        const bytes = joined(values.map(encode));
        expect(decode(cutAt(bytes, cuts))).toEqual([...values, '|']);
        expect(decode(byteByByte(bytes))).toEqual([...values, '|']);
      }),
      { numRuns: 50 },
    );
  });

  it('answers any bytes with values or a typed error', () => {
    const bytes = fc.array(fc.oneof(fc.constantFrom(...utf8('+-:$*0123\r\n')), fc.nat(255)), { maxLength: 100 });
    fc.assert(
      fc.property(bytes, (list) => {
        expect(decode([Uint8Array.from(list)], 50).at(-1)).toMatch(/^(\||#(protocol|too-large|truncated): resp: .*)$/);
      }),
    );
  });

  it.each([
    ['?what\r\n', '#protocol: resp: this is no reply'],
    ['$-2\r\n', '#protocol: resp: this is no reply'],
    ['$101\r\n', '#too-large: resp: reply exceeds maxFrameBytes 100'],
    ['*101\r\n', '#too-large: resp: reply exceeds maxFrameBytes 100'],
    [`*3\r\n$60\r\n${'x'.repeat(60)}\r\n$40\r\n`, '#too-large: resp: reply exceeds maxFrameBytes 100'],
    [`+${'x'.repeat(100)}`, '#too-large: resp: reply exceeds maxFrameBytes 100'],
    ['*2\r\n:1\r\n', '#truncated: resp: the stream ended inside a reply'],
    ['$5\r\nab', '#truncated: resp: the stream ended inside a reply'],
    ['+OK', '#truncated: resp: the stream ended 3 bytes into a frame'],
  ])('refuses %j', (text, message) => {
    expect(decode([utf8(text)], 100)).toEqual([message]);
  });

  it('does not encode a simple string of two lines', () => {
    expect(() => encode('a\r\nb')).toThrow('resp: a simple string must be one line');
  });
});

function connected(): { client: RedisClient; server: Flow } {
  const [near, server] = flowPair();
  return { client: new RedisClient(near), server };
}

describe('the Redis client, with a scripted server', () => {
  it('pipelines commands and gives each its own reply, in virtual time', () => {
    new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(({ expectObservable, flush }) => {
      const script = flowScript()
        .write('*1\r\n$4\r\nPING\r\n*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n*2\r\n$3\r\nGET\r\n$7\r\nmissing\r\n')
        .wait(2)
        .read('+PONG\r\n:4')
        .wait(1)
        .read('2\r\n$-1\r\n');
      const client = new RedisClient(script.build());
      expectObservable(client.ping()).toBe('--(a|)', { a: 'PONG' });
      expectObservable(client.incr('n')).toBe('---(b|)', { b: 42 });
      expectObservable(client.get('missing')).toBe('---(c|)', { c: null });
      flush();
      script.verify();
    });
  });

  it('sends a pipeline as one write, and gives an error reply to the command it answers', () => {
    const script = flowScript()
      .write('*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n*2\r\n$4\r\nINCR\r\n$1\r\nk\r\n*4\r\n$6\r\nLRANGE\r\n$1\r\nl\r\n$1\r\n0\r\n$2\r\n-1\r\n')
      .read('+OK\r\n-ERR value is not an integer\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n');
    const client = new RedisClient(script.build());
    const replies = client.pipeline([
      ['SET', 'k', 'v'],
      ['INCR', 'k'],
      ['LRANGE', 'l', 0, -1],
    ]);
    expect(replies.map(logOf)).toEqual([['OK', '|'], ['#ERR value is not an integer'], [[utf8('a'), utf8('b')], '|']]);
    script.verify();
  });

  it('errors a typed command whose reply is of another type', () => {
    const { client, server } = connected();
    const replies = [client.get('k'), client.incr('k'), client.lrange('k', 0, 1)].map(logOf);
    server.write(utf8(':1\r\n+x\r\n:1\r\n'));
    expect(replies).toEqual([
      ['#protocol: redis: the reply is not a string'],
      ['#protocol: redis: the reply is not an integer'],
      ['#protocol: redis: the reply is not an array'],
    ]);
  });

  it.each<[string, (server: Flow) => unknown, unknown]>([
    ['the end of the connection', (server) => server.shutdown('write'), '#closed: pair a: the server has closed the connection'],
    ['a failure', (server) => server.abort(), expect.stringMatching(/^#reset/)],
    ['bytes that are no reply', (server) => server.write(utf8('HTTP/1.1 400\r\n')), '#protocol: resp: this is no reply'],
  ])('errors every command that waits on %s', (_, act, message) => {
    const { client, server } = connected();
    const replies = [client.ping(), client.ping()].map(logOf);
    act(server);
    expect(replies).toEqual([[message], [message]]);
  });

  it('errors a command that cannot be sent', () => {
    const client = new RedisClient(flowScript().writeError(new Error('cable cut')).build());
    expect(logOf(client.ping())).toEqual([expect.stringMatching(/^#failed: .*cable cut/)]);
  });

  it('aborts when a reply comes that nobody asked for', () => {
    const client = new RedisClient(flowScript().read('+what\r\n').build());
    expect(logOf(client.closed)).toEqual([expect.stringMatching(/a reply came that nobody asked for/)]);
  });

  it('says goodbye and waits for the end', () => {
    const script = flowScript().write('*1\r\n$4\r\nQUIT\r\n').read('+OK\r\n').eof().expectEof();
    const client = new RedisClient(script.build());
    expect(logOf(client.close().pipe(map(() => 'closed')))).toEqual(['closed', '|']);
    script.verify();
  });
});

const hasServer = spawnSync('redis-server', ['--version']).status === 0;

(hasServer ? describe : describe.skip)('the Redis client, with a real server (if redis-server is on the PATH)', () => {
  const folder = hasServer ? mkdtempSync(join(tmpdir(), 'rxjs-flow-redis-')) : '';
  let server: ChildProcessByStdio<null, Readable, null>;
  let client: RedisClient;

  beforeAll(async () => {
    const path = join(folder, 'redis.sock');
    const quiet = ['--save', '', '--appendonly', 'no', '--dir', folder];
    server = spawn('redis-server', ['--port', '0', '--unixsocket', path, ...quiet], { stdio: ['ignore', 'pipe', 'ignore'] });
    for await (const line of createInterface({ input: server.stdout })) if (/ready to accept connections/i.test(line)) break;
    client = new RedisClient(await firstValueFrom(connectUnix({ path }).pipe(detach())));
  });

  afterAll(async () => {
    const exit = once(server, 'exit');
    server.kill();
    await exit;
    rmSync(folder, { recursive: true, force: true });
  });

  it('stores, counts and lists', async () => {
    const replies = forkJoin([
      client.ping(),
      client.set('k', 'grüß dich'),
      client.get('k'),
      client.get('missing'),
      client.incr('n'),
      client.incr('n'),
      client.rpush('l', 'a', 'b', 'c'),
      client.lrange('l', 0, -1),
      client.del('k', 'n', 'l', 'missing'),
    ]);
    expect(await firstValueFrom(replies)).toEqual(['PONG', 'OK', 'grüß dich', null, 1, 2, 3, ['a', 'b', 'c'], 3]);
  });

  it('keeps binary values as they are', async () => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i % 256);
    await firstValueFrom(client.set('binary', bytes));
    const reply = (await firstValueFrom(client.command('GET', 'binary'))) as Uint8Array;
    expect(Buffer.compare(reply, bytes)).toBe(0);
  });

  it('pipelines 10,000 commands', async () => {
    const replies = client.pipeline(Array.from({ length: 10_000 }, () => ['INCR', 'many']));
    expect(await firstValueFrom(replies.at(-1)!)).toBe(10_000);
  });

  it("passes the server's errors on", async () => {
    await firstValueFrom(client.set('text', 'x'));
    await expect(firstValueFrom(client.incr('text'))).rejects.toThrow(/not an integer/);
    await expect(firstValueFrom(client.command('NONSENSE'))).rejects.toBeInstanceOf(RedisError);
  });

  it('says goodbye', async () => {
    expect(await firstValueFrom(client.close().pipe(map(() => 'closed')))).toBe('closed');
  });
});
