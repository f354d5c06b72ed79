import { existsSync, writeFileSync } from 'node:fs';
import { firstValueFrom, ReplaySubject } from 'rxjs';
import { collectText } from '../../../src/combinators/collect-text.js';
import { utf8 } from '../../../src/flow/utf8.js';
import { connectUnix } from '../../../src/node/socket/connect-unix.js';
import { listenUnix } from '../../../src/node/socket/listen-unix.js';
import type { UnixAddress } from '../../../src/node/socket/socket-flow.js';
import { temporaryPath, unixPair } from '../support/connected.js';
import { endOf, failureOf, watch } from '../support/settled.js';

describe('connectUnix and listenUnix', () => {
  let path: ReturnType<typeof temporaryPath>;
  beforeEach(() => (path = temporaryPath()));
  afterEach(() => path.remove());

  it('connect half-open, and name the path', async () => {
    const [client, accepted] = await firstValueFrom(unixPair());
    expect(client.name).toMatch(/^unix \//);
    expect([client.local.path, accepted.remote.path]).toEqual(['', '']);
    expect(client.remote).toEqual(accepted.local);
    client.write(utf8('question'));
    client.shutdown('write');
    expect(await firstValueFrom(accepted.read().pipe(collectText()))).toBe('question');
    accepted.write(utf8('answer'));
    accepted.close();
    expect(await firstValueFrom(client.read().pipe(collectText()))).toBe('answer');
    expect(await endOf(client)).toBe('complete');
  });

  it('report where the listener listens, and remove the file when it stops', async () => {
    const listening = new ReplaySubject<UnixAddress>(1);
    const listener = watch(listenUnix({ path: path.name, listeningObserver: listening }));
    expect(await firstValueFrom(listening)).toEqual({ path: path.name });
    expect(existsSync(path.name)).toBe(true);
    listener.subscription.unsubscribe();
    expect(existsSync(path.name)).toBe(false);
  });

  it('error with refused where there is no such socket', async () => {
    const error = await failureOf(connectUnix({ path: path.name }));
    expect(error).toMatchObject({ code: 'refused', message: `unix ${path.name}: no such file`, cause: { code: 'ENOENT' } });
  });

  it('error with refused where there is no such folder', async () => {
    const error = await failureOf(listenUnix({ path: '/no/such/folder/app.sock' }));
    expect(error).toMatchObject({ code: 'refused', message: 'unix /no/such/folder/app.sock: no such folder: /no/such/folder' });
    expect(error.cause).toMatchObject({ code: 'EACCES' });
  });

  it('error with refused where a file is in the way', async () => {
    writeFileSync(path.name, '');
    expect(await failureOf(connectUnix({ path: path.name }))).toMatchObject({ code: 'refused', cause: { code: 'ECONNREFUSED' } });
    expect(await failureOf(listenUnix({ path: path.name }))).toMatchObject({ code: 'refused', cause: { code: 'EADDRINUSE' } });
  });

  it('error with unsupported for a path that the system would cut off', async () => {
    const path = `/tmp/${'x'.repeat(5000)}`;
    for (const flows of [listenUnix({ path }), connectUnix({ path })]) {
      const error = await failureOf(flows);
      expect([error.code, error.message]).toEqual(['unsupported', expect.stringMatching(/…: a path of 5005 bytes, where the system takes \d+$/)]);
    }
  });

  it.each([
    [() => connectUnix({} as never), 'connectUnix: path must be a string that is not empty, not undefined'],
    [() => listenUnix({ path: 7 as never }), 'listenUnix: path must be a string that is not empty, not number 7'],
    [() => listenUnix(undefined as never), 'listenUnix: the configuration must be an object, not undefined'],
  ])('throw a TypeError for a wrong configuration', (call, message) => {
    expect(call).toThrow(new TypeError(message));
  });
});
