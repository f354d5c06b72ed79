import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Cli } from './support/cli.js';

describe('rxjs-flow connect', () => {
  const cli = new Cli();
  const servers: Server[] = [];
  const sockets: Socket[] = [];
  afterEach(() => {
    cli.killAll();
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const server of servers.splice(0)) server.close();
  });

  async function service(serve: (socket: Socket) => void): Promise<string> {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      sockets.push(socket);
      serve(socket);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('passes the end of stdin on, and prints the answer that comes after it', async () => {
    const url = await service((socket) => {
      let text = '';
      socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      socket.on('end', () => socket.end(text.toUpperCase()));
    });
    const run = cli.run(['connect', url]);
    run.child.stdin!.end('hello\n');
    expect(await run.exit).toBe(0);
    expect([run.out(), run.err()]).toEqual(['HELLO\n', '']);
  });

  it('goes on sending after the endpoint has ended its half', async () => {
    let got = '';
    const url = await service((socket) => {
      socket.end('bye\n');
      socket.setEncoding('utf8').on('data', (chunk: string) => (got += chunk));
    });
    const run = cli.run(['connect', url]);
    await run.line(/bye\n/);
    run.child.stdin!.end('still here');
    expect(await run.exit).toBe(0);
    const [socket] = sockets;
    if (!socket!.readableEnded) await new Promise((resolve) => socket!.once('end', resolve));
    expect(got).toBe('still here');
  });

  it('carries more than any buffer holds, both ways, unchanged', async () => {
    const url = await service((socket) => socket.pipe(socket));
    const run = cli.run(['connect', url]);
    const line = `${'0123456789abcdef'.repeat(64)}\n`;
    const text = line.repeat(4096);
    run.child.stdin!.end(text);
    expect(await run.exit).toBe(0);
    expect(run.out().length).toBe(text.length);
    expect(run.out() === text).toBe(true);
  });

  it.each([
    ['refuses', async () => {
      const url = await service(() => {});
      await new Promise((resolve) => servers.pop()!.close(resolve));
      return url;
    }, /^rxjs-flow: refused: tcp 127\.0\.0\.1:\d+: connection refused \(cause: connect ECONNREFUSED .*\)\n$/],
    ['resets', () => service((socket) => socket.on('data', () => socket.resetAndDestroy())), /^rxjs-flow: reset: proxy stdio <-> tcp .*\n$/],
  ])('tells in one line of an endpoint that %s, and exits with 1', async (_, endpoint, message) => {
    const run = cli.run(['connect', await endpoint()]);
    run.child.stdin!.on('error', () => {}); // it may have gone already
    run.child.stdin!.write('hello');
    expect(await run.exit).toBe(1);
    expect(run.err()).toMatch(message);
    expect(run.out()).toBe('');
  });

  it('loses nothing of what it has sent when the endpoint has ended before, and reads slowly', async () => {
    let got = 0;
    let end = 'none';
    const url = await service((socket) => {
      socket.end('bye');
      socket.on('error', (error) => (end = error.message)).on('end', () => (end = 'EOF'));
      socket.on('data', (chunk: Buffer) => {
        got += chunk.byteLength;
        socket.pause();
        setImmediate(() => socket.resume());
      });
    });
    const run = cli.run(['connect', url]);
    await run.line(/bye/);
    run.child.stdin!.end(Buffer.alloc(3_000_000));
    expect(await run.exit).toBe(0);
    const [socket] = sockets;
    if (!socket!.closed) await new Promise((resolve) => socket!.once('close', resolve));
    expect([got, end]).toEqual([3_000_000, 'EOF']);
  });

  it('lets a program go on that has closed its output and is not done', async () => {
    const run = cli.run(['connect', 'exec:sh -c "cat; exec >&-; sleep 0.3; echo done >&2"']);
    run.child.stdin!.end('hi\n');
    expect([await run.exit, run.out(), run.err()]).toEqual([0, 'hi\n', 'done\n']);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('ends the process that it has begun when it gets %s, and then itself', async (signal) => {
    const run = cli.run(['connect', 'exec:sh -c "echo begun; exec sleep 600"']);
    await run.line(/^begun\n/);
    run.child.kill(signal);
    // Its stderr is the command's own, whose end is waited for here: while it lives, that does not come.
    await run.exit;
    expect(run.child.signalCode).toBe(signal);
  });

  it('ends quietly when nobody reads its output any more', async () => {
    const url = await service((socket) => {
      socket.on('error', () => {});
      const block = 'x'.repeat(65536);
      const more = () => {
        if (socket.write(block)) setImmediate(more);
      };
      socket.on('drain', more);
      more();
    });
    const run = cli.run(['connect', url]);
    await run.line(/x/);
    run.child.stdout!.destroy();
    expect(await run.exit).toBe(1);
    expect(run.err()).toBe('');
  });
});
