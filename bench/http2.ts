/**
 * Requests a second by `h2load`, on 8 connections with 100 streams each, of servers in processes of their own: what
 * `http2Server` costs on a socket it was given untouched, and through the bridge that any other flow needs, against
 * `node:http2` on its own socket, and on a `Duplex` of the plain kind, which is what a bridge cannot do without.
 */
import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import type { Contender, Suite } from './harness.js';

export async function suites(): Promise<readonly Suite[]> {
  try {
    await execute('h2load', ['--version']);
  } catch {
    console.log('\nHTTP/2: h2load is not on the PATH (Debian: nghttp2-client)');
    return [];
  }
  return [await suite('12 bytes', 12, 50_000), await suite('16 KiB', 16_384, 40_000)];
}

const execute = promisify(execFile);

async function suite(title: string, size: number, requests: number): Promise<Suite> {
  return {
    title: `HTTP/2, ${requests} requests for ${title} by h2load -c 8 -m 100`,
    work: requests,
    unit: 'request',
    // Many and short, since what else the machine does changes from one second to the next.
    rounds: 11,
    contenders: [
      await contender('rxjs-flow', 'unwrapped', size, requests),
      await contender('node:http2', 'node:http2', size, requests),
      await contender('rxjs-flow, bridged', 'bridged', size, requests),
      await contender('node:http2, on a Duplex', 'duplex', size, requests),
    ],
    marks: [
      { against: 'node:http2', atLeast: 0.95 },
      { of: 'rxjs-flow, bridged', against: 'node:http2', atLeast: 0.75 },
    ],
  };
}

async function contender(name: string, kind: string, size: number, requests: number): Promise<Contender> {
  const url = await startServer(kind, size);
  let seconds = 0;
  const run = async () => {
    seconds = await load(url, requests);
  };
  return { name, run, seconds: () => seconds };
}

async function startServer(kind: string, size: number): Promise<string> {
  const server = fork(new URL('./http2-server-process.ts', import.meta.url), [kind, String(size)]);
  const [{ port }] = (await once(server, 'message')) as [{ port: number }];
  // It ends with this process, which does not wait for it.
  server.channel?.unref();
  server.unref();
  return `http://127.0.0.1:${port}/`;
}

/** The seconds that the requests took, by h2load's own clock; throws if one failed. */
async function load(url: string, requests: number): Promise<number> {
  const { stdout } = await execute('h2load', ['-n', String(requests), '-c', '8', '-m', '100', url]);
  if (!stdout.includes(`status codes: ${requests} 2xx`)) throw new Error(`not all requests succeeded:\n${stdout}`);
  const perSecond = /, ([\d.]+) req\/s/.exec(stdout)?.[1];
  return requests / Number(perSecond);
}
