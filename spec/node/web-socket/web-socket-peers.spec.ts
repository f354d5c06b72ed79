// WebSockets against other people's programs: Python's websockets as client and server, curl for the handshake.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { firstValueFrom, mergeMap } from 'rxjs';
import { collect } from '../../../src/combinators/collect.js';
import { copy } from '../../../src/combinators/copy.js';
import { detach } from '../../../src/combinators/detach.js';
import { connectWebSocket } from '../../../src/node/web-socket/connect-web-socket.js';
import { listenWebSocket } from '../../../src/node/web-socket/listen-web-socket.js';
import { describeWith, runProgram } from '../../http2/support/programs.js';
import { pattern } from '../../web/support/bytes.js';
import { endOf } from '../support/settled.js';
import { startListener } from '../support/web-sockets.js';

jest.setTimeout(30_000);

const SIZE = 300_000;

/** A Python that has the package; Debian's own does where python3-websockets is installed. */
const python = ['python3', '/usr/bin/python3'].find((program) => {
  try {
    execFileSync(program, ['-c', 'import websockets'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});
const describeIfPython = python === undefined ? describe.skip : describe;

describeIfPython('with Python’s websockets', () => {
  it('a client of it is served', async () => {
    let url = '';
    const echo = listenWebSocket({ listeningObserver: { next: ({ port }) => (url = `ws://127.0.0.1:${port}/`) } })
      .pipe(mergeMap((flow) => copy(flow, flow).pipe(mergeMap(() => flow.close()))))
      .subscribe({ error: () => {} });
    while (url === '') await new Promise(setImmediate);
    const client = `
import asyncio, websockets
async def main():
    data = bytes(i % 251 for i in range(${SIZE}))
    async with websockets.connect('${url}') as socket:
        await socket.send(data)
        back = b''
        while len(back) < len(data): back += await socket.recv()
        print(back == data, await (await socket.ping()) is not None)
asyncio.run(main())`;
    const { out, err } = await runProgram(python!, ['-c', client]);
    expect([out.toString().split(' ')[0], err]).toEqual(['True', '']);
    echo.unsubscribe();
  });

  it('a server of it serves us', async () => {
    const server = `
import asyncio, websockets
async def echo(socket, path=None):
    async for message in socket: await socket.send(message)
async def main():
    async with websockets.serve(echo, '127.0.0.1', 0) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.Future()
asyncio.run(main())`;
    const child = spawn(python!, ['-c', server], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [port] = (await once(child.stdout, 'data')) as [Buffer];
    const flow = await firstValueFrom(connectWebSocket({ url: `ws://127.0.0.1:${Number(port)}/`, compress: true }).pipe(detach()));
    flow.write(pattern(SIZE));
    const buffers: Uint8Array[] = [];
    for (let size = 0; size < SIZE; size += buffers.at(-1)!.byteLength) buffers.push(await firstValueFrom(flow.read()));
    expect(Buffer.compare(Buffer.concat(buffers), pattern(SIZE))).toBe(0);
    flow.close();
    expect(await firstValueFrom(flow.read().pipe(collect()))).toHaveLength(0);
    expect(await endOf(flow)).toBe('complete');
    child.kill();
    await once(child, 'close');
  });
});

describeWith(['curl'], 'with curl', () => {
  it('the handshake is the one of RFC 6455', async () => {
    const listener = await startListener();
    const headers = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='];
    const asking = runProgram('curl', ['--silent', '--include', '--http1.1', '--max-time', '1', ...headers.flatMap((one) => ['--header', one]), listener.url.replace('ws:', 'http:')]);
    (await listener.flow(0)).close();
    const { out } = await asking;
    expect(out.toString('latin1')).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
    expect(out.toString('latin1')).toContain('Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n');
    listener.subscription.unsubscribe();
  });
});
