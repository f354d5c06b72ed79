import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom, lastValueFrom, toArray } from 'rxjs';
import { collectText } from '../../src/combinators/collect-text.js';
import { utf8 } from '../../src/flow/utf8.js';
import { replay } from '../../src/inspect/replay/replay.js';
import { loadTape } from '../../src/inspect/tape/load-tape.js';
import { Cli, type Run } from './support/cli.js';

/** Node's own sockets: a peer that knows nothing of flows. */
class Peer {
  text = '';
  end = 'open';
  readonly #waiting = new Set<() => void>();

  constructor(readonly socket: Socket) {
    const tell = (end: string) => () => {
      if (this.end === 'open') this.end = end;
      this.#look();
    };
    socket.setEncoding('utf8').on('data', (text: string) => {
      this.text += text;
      this.#look();
    });
    socket.on('end', tell('eof')).on('error', tell('reset')).on('close', tell('closed'));
  }

  /** Resolves once the condition holds; looked at after every event. */
  when(condition: (peer: this) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!condition(this)) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  #look(): void {
    for (const look of this.#waiting) look();
  }
}

describe('rxjs-flow proxy', () => {
  const cli = new Cli();
  const servers: Server[] = [];
  const sockets: Socket[] = [];
  afterEach(() => {
    cli.killAll();
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const server of servers.splice(0)) server.close();
  });

  /** A service whose connections go to `serve`, each with the peer at its other end; gives its URL. */
  async function service(serve: (peer: Peer) => void): Promise<string> {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      sockets.push(socket);
      serve(new Peer(socket));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** Says back in capitals what it got, once it has got all of it. */
  const shout = async (peer: Peer) => {
    await peer.when(({ end }) => end !== 'open');
    peer.socket.end(peer.text.toUpperCase());
  };

  const echo = (peer: Peer) => void peer.socket.pipe(peer.socket);

  async function portOf(run: Run): Promise<number> {
    const [, port] = await run.line(/^listening on tcp:\/\/127\.0\.0\.1:(\d+), proxying to .*\n/);
    return Number(port);
  }

  function dial(target: { port: number } | { path: string }): Peer {
    const socket = connect({ ...target, allowHalfOpen: true });
    sockets.push(socket);
    return new Peer(socket);
  }

  it('carries a connection and both its half-closes, prints its stats, and ends at SIGTERM with status 0', async () => {
    const run = cli.run(['proxy', '--listen', 'tcp://127.0.0.1:0', '--to', await service((peer) => void shout(peer))]);
    const client = dial({ port: await portOf(run) });
    client.socket.end('hello');
    await client.when(({ end }) => end !== 'open');
    expect([client.text, client.end]).toEqual(['HELLO', 'eof']);
    const [line] = await run.line(/#1 .*\n/);
    expect(line).toMatch(
      /^#1 tcp 127\.0\.0\.1:\d+ ended \| a to b: read 5 bytes \(\d+ ops\), wrote 5 bytes \(.*; b to a: read 5 bytes .*\n$/,
    );
    run.child.kill('SIGTERM');
    expect(await run.exit).toBe(0);
    expect(run.out()).toMatch(/SIGTERM: no new connections\n1 connection: 5 bytes there, 5 bytes back\n$/);
    expect(run.err()).toBe('');
  });

  it('takes its endpoints by their place too, Unix sockets among them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rxjs-flow-spec-'));
    try {
      const path = join(folder, 'front');
      const run = cli.run(['proxy', `unix:${path}`, await service(echo)]);
      const [, address] = await run.line(/listening on (.*), proxying/);
      expect(address).toBe(`unix:${path}`);
      const client = dial({ path });
      client.socket.end('hello');
      await client.when(({ end }) => end !== 'open');
      expect(client.text).toBe('hello');
      run.child.kill('SIGINT');
      expect(await run.exit).toBe(0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('keeps a tape of each connection with --record, which replay draws', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rxjs-flow-spec-'));
    try {
      const tapes = join(folder, 'made', 'anew');
      const run = cli.run(['proxy', 'tcp://127.0.0.1:0', await service((peer) => void shout(peer)), '--record', tapes]);
      const port = await portOf(run);
      for (const text of ['hello', 'world!']) {
        const client = dial({ port });
        client.socket.end(text);
        await client.when(({ end }) => end !== 'open');
      }
      const [, first] = await run.line(/#1 tcp 127\.0\.0\.1:\d+ recorded: (.*-1\.tape)\n/);
      await run.line(/#2 .* recorded: .*-2\.tape\n/);
      run.child.kill('SIGTERM');
      expect(await run.exit).toBe(0);
      expect(readdirSync(tapes)).toHaveLength(2);
      const events = await lastValueFrom(loadTape(readFileSync(first!)).pipe(toArray()));
      const told = events.map((event) => ('data' in event ? `${event.kind} ${String(Buffer.from(event.data))}` : event.kind));
      expect(told).toEqual(
        expect.arrayContaining(['start', 'read hello', 'eof', 'write HELLO', 'shutdown', 'closed']),
      );
      const replay = cli.run(['replay', first!]);
      expect(await replay.exit).toBe(0);
      expect(replay.out()).toMatch(/^tcp 127\.0\.0\.1:\d+.*\n.* in .* 1 read, 5 B/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('keeps the tapes of the server’s side with --record-side server: against one of them a client can be run again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rxjs-flow-spec-'));
    try {
      const run = cli.run(['proxy', 'tcp://127.0.0.1:0', await service((peer) => void shout(peer)), '--record', folder, '--record-side', 'server']);
      const client = dial({ port: await portOf(run) });
      client.socket.end('hello');
      await client.when(({ end }) => end !== 'open');
      const [, path] = await run.line(/#1 tcp 127\.0\.0\.1:\d+ recorded: (.*-1\.tape)\n/);
      run.child.kill('SIGTERM');
      expect(await run.exit).toBe(0);
      const server = replay(loadTape(readFileSync(path!)), { immediate: true });
      const answer = firstValueFrom(server.read().pipe(collectText()));
      server.write(utf8('hello'));
      server.close();
      expect(await answer).toBe('HELLO');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('keeps no tape of a server that was not reached, and says why it was not', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rxjs-flow-spec-'));
    try {
      const run = cli.run(['proxy', 'tcp://127.0.0.1:0', 'tcp://127.0.0.1:1', '--record', folder, '--record-side', 'server']);
      dial({ port: await portOf(run) });
      await run.line(/#1 .* failed.*refused/);
      run.child.kill('SIGTERM');
      expect(await run.exit).toBe(0);
      expect(readdirSync(folder)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('says at once that it cannot keep tapes, and goes on where a single one cannot be written', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rxjs-flow-spec-'));
    try {
      const noFolder = join(folder, 'file');
      writeFileSync(noFolder, '');
      const refused = cli.run(['proxy', 'tcp://127.0.0.1:0', 'tcp://127.0.0.1:1', '--record', noFolder]);
      expect(await refused.exit).toBe(1);
      expect(refused.err()).toMatch(/^rxjs-flow: --record \/.*: file already exists\n$/);
      if (process.platform === 'linux') {
        // Where mkdir says that there is no such file, of a folder that is there.
        const lost = cli.run(['proxy', 'tcp://127.0.0.1:0', 'tcp://127.0.0.1:1', '--record', '/proc/self/a/b']);
        expect([await lost.exit, lost.err()]).toEqual([1, 'rxjs-flow: --record /proc/self/a/b: no such file or directory\n']);
      }
      const tapes = join(folder, 'tapes');
      const run = cli.run(['proxy', 'tcp://127.0.0.1:0', await service((peer) => void shout(peer)), '--record', tapes]);
      const port = await portOf(run);
      rmSync(tapes, { recursive: true });
      const client = dial({ port });
      client.socket.end('hello');
      await client.when(({ end }) => end !== 'open');
      expect(client.text).toBe('HELLO');
      await run.line(/#1 .* not recorded: \/.*\.tape: no such file or directory/);
      await run.line(/#1 .* ended \|/);
      run.child.kill('SIGTERM');
      expect(await run.exit).toBe(0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('says where things stand every so often, but not the same twice in a row', async () => {
    const run = cli.run(['proxy', 'tcp://127.0.0.1:0', await service(echo), '--progress-ms', '20']);
    const client = dial({ port: await portOf(run) });
    client.socket.write('hello');
    await run.line(/1 open of 1 \| there 5 bytes \(\d.*\/s\) \| back 5 bytes \(0 bytes\/s\)\n/);
    client.socket.end();
    await run.line(/0 open of 1 \| there 5 bytes \(0 bytes\/s\) \| back 5 bytes \(0 bytes\/s\)\n/);
    run.child.kill('SIGINT');
    expect(await run.exit).toBe(0);
    const lines = run.out().split('\n');
    expect(lines.filter((line, at) => line === lines[at - 1])).toEqual([]);
  });

  it('lets open connections go on after the signal, and takes no new ones', async () => {
    const run = cli.run(['proxy', 'tcp://127.0.0.1:0', await service(echo)]);
    const port = await portOf(run);
    const client = dial({ port });
    client.socket.write('one');
    await client.when(({ text }) => text === 'one');
    run.child.kill('SIGINT');
    await run.line(/SIGINT: no new connections; 1 open may take 10000 ms to end \(a second signal ends them now\)\n/);
    const late = dial({ port });
    await late.when(({ end }) => end !== 'open');
    expect(late.end).toBe('reset');
    client.socket.end('two');
    await client.when(({ end }) => end !== 'open');
    expect([client.text, client.end]).toEqual(['onetwo', 'eof']);
    expect(await run.exit).toBe(0);
    expect(run.out()).toMatch(/#1 .* ended .*\n1 connection: 6 bytes there, 6 bytes back\n$/);
  });

  it.each([
    ['when the drain time is over', '50', ['SIGTERM']],
    ['at a second signal', '600000', ['SIGINT', 'SIGTERM']],
  ] as const)('aborts what is still open %s', async (_, drainMs, signals) => {
    let server!: Peer;
    const to = await service((peer) => (server = peer));
    const run = cli.run(['proxy', 'tcp://127.0.0.1:0', to, '--drain-ms', drainMs]);
    const client = dial({ port: await portOf(run) });
    client.socket.write('hello');
    await new Promise((resolve) => servers[0]!.once('connection', resolve));
    await server.when(({ text }) => text === 'hello');
    for (const signal of signals) {
      run.child.kill(signal);
      await run.line(/no new connections/);
    }
    expect(await run.exit).toBe(0);
    await Promise.all([client, server].map((peer) => peer.when(({ end }) => end !== 'open')));
    expect([client.end, server.end]).toEqual(['reset', 'reset']);
    expect(run.out()).toMatch(/#1 .* failed: aborted: tcp 127\.0\.0\.1:\d+: not ended in time \| a to b: read 5 bytes/);
  });

  it('tells of a connection that fails, resets it, and goes on', async () => {
    const gone = await service(echo);
    await new Promise((resolve) => servers.pop()!.close(resolve));
    const run = cli.run(['proxy', 'tcp://127.0.0.1:0', gone]);
    const port = await portOf(run);
    for (const number of [1, 2]) {
      const client = dial({ port });
      const [line] = await run.line(new RegExp(`#${number} .*\\n`));
      expect(line).toMatch(/^#\d tcp 127\.0\.0\.1:\d+ failed: refused: .* \(cause: connect ECONNREFUSED .*\)\n$/);
      await client.when(({ end }) => end !== 'open');
      expect(client.end).toBe('reset');
    }
    run.child.kill('SIGINT');
    expect(await run.exit).toBe(0);
  });

  it('resets both ends when one is reset', async () => {
    let server!: Peer;
    const run = cli.run(['proxy', 'tcp://127.0.0.1:0', await service((peer) => (server = peer))]);
    const client = dial({ port: await portOf(run) });
    client.socket.write('hello');
    await new Promise((resolve) => servers[0]!.once('connection', resolve));
    await server.when(({ text }) => text === 'hello');
    client.socket.resetAndDestroy();
    await server.when(({ end }) => end !== 'open');
    expect(server.end).toBe('reset');
    await run.line(/#1 .* failed: reset: proxy .* reading failed \(aToB\) .* \| a to b: read 5 bytes .*\n/);
    run.child.kill('SIGINT');
    expect(await run.exit).toBe(0);
  });

  it('gives up one direction that outlives the other for too long', async () => {
    const run = cli.run(['proxy', 'tcp://127.0.0.1:0', await service(() => {}), '--half-close-timeout-ms', '50']);
    const client = dial({ port: await portOf(run) });
    client.socket.end('hello');
    await client.when(({ end }) => end !== 'open');
    expect(client.end).toBe('reset');
    await run.line(/#1 .* failed: timeout: /);
  });

  it('shows no password of where it connects', async () => {
    const run = cli.run(['proxy', 'tcp://127.0.0.1:0', 'ws://user:word@127.0.0.1:1/feed']);
    const [, to] = await run.line(/^listening on .*, proxying to (.*)\n/);
    expect(to).toBe('ws://127.0.0.1:1/feed');
    const client = dial({ port: await portOf(run) });
    await client.when(({ end }) => end !== 'open');
    run.child.kill('SIGINT');
    expect(await run.exit).toBe(0);
    expect(run.out() + run.err()).toMatch(/#1 .* failed: refused: ws:\/\/127\.0\.0\.1:1\/feed: /);
    expect(run.out() + run.err()).not.toContain('word');
  });

  it('tells in one line that a port is in use, and exits with 1', async () => {
    const run = cli.run(['proxy', await service(echo), 'tcp://127.0.0.1:1']);
    expect(await run.exit).toBe(1);
    expect(run.err()).toMatch(/^rxjs-flow: refused: .*address in use .*EADDRINUSE.*\n$/);
  });
});
