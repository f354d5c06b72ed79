import { firstValueFrom, mergeMap, Observable, ReplaySubject, take, zip } from 'rxjs';
import { collectText } from '../../../src/combinators/collect-text.js';
import { collect } from '../../../src/combinators/collect.js';
import { detach } from '../../../src/combinators/detach.js';
import type { Flow } from '../../../src/flow/flow.js';
import { utf8 } from '../../../src/flow/utf8.js';
import { spawnFlow, type ProcessFlow, type SpawnFlowOptions } from '../../../src/node/process/spawn-flow.js';
import { listenUnix } from '../../../src/node/socket/listen-unix.js';
import type { UnixAddress } from '../../../src/node/socket/socket-flow.js';
import { describeWith } from '../../http2/support/programs.js';
import { describeConformance } from '../../support/run-conformance.js';
import { concat, pattern } from '../../web/support/bytes.js';
import { temporaryPath } from '../support/connected.js';
import { endOf, failureOf, openedFromNow, watch } from '../support/settled.js';

const MIB = 2 ** 20;

/** A process of socat, and the flow that it connects its stdin and stdout to. */
function socatPair(): Observable<[Flow, Flow]> {
  return new Observable((subscriber) => {
    const path = temporaryPath();
    subscriber.add(() => path.remove());
    const listening = new ReplaySubject<UnixAddress>(1);
    const accepted = listenUnix({ path: path.name, listeningObserver: listening }).pipe(detach());
    // By itself it would give one direction half a second once the other has ended, and never close its output.
    const args = ['-t', '60', 'STDIN!!STDOUT,shut-close', `UNIX-CONNECT:${path.name}`];
    const spawned = listening.pipe(mergeMap(() => spawnFlow('socat', args, { stderr: 'ignore' }).pipe(detach())));
    subscriber.add(zip(spawned, accepted).subscribe(subscriber));
  });
}

describeWith(['socat'], 'a process of socat', () => {
  describeConformance('processes', {
    sides: 'a→b',
    create: socatPair,
    capabilities: { reset: 'a pipe has no reset' },
  });
});

/** Runs a program of Node. */
async function node(program: string, options: SpawnFlowOptions = {}): Promise<ProcessFlow> {
  return firstValueFrom(spawnFlow(process.execPath, ['-e', program], options).pipe(detach()));
}

const sh = (script: string, options: SpawnFlowOptions = {}) => firstValueFrom(spawnFlow('sh', ['-c', script], options).pipe(detach()));

/** Whether there is a process of this number. */
function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function gone(pid: number): Promise<void> {
  while (runs(pid)) await new Promise(setImmediate);
}

describe('spawnFlow', () => {
  it('starts a process when it is subscribed to, writes its input, reads its output, and completes when it has ended', async () => {
    const connection = watch(spawnFlow('sort', ['-n']));
    while (connection.values.length === 0) await new Promise(setImmediate);
    const [flow] = connection.values;
    expect([flow!.name, runs(flow!.pid)]).toEqual(['exec sort', true]);
    flow!.write(utf8('10\n9\n'));
    flow!.shutdown('write');
    expect(await firstValueFrom(flow!.read().pipe(collectText()))).toBe('9\n10\n');
    expect(await connection.ended).toBe('complete');
    expect(runs(flow!.pid)).toBe(false);
  });

  it('runs where and with the environment that it is told to, and without a shell', async () => {
    const config = { cwd: '/', env: { GREETING: 'hello' } };
    const flow = await firstValueFrom(spawnFlow('/bin/sh', ['-c', 'echo "$GREETING $(pwd) $0 $1"', '$(x)', '*'], config).pipe(detach()));
    expect(await firstValueFrom(flow.read().pipe(collectText()))).toBe('hello / $(x) *\n');
    await firstValueFrom(flow.close());
  });

  it('carries more than any buffer holds, both ways', async () => {
    const flow = await firstValueFrom(spawnFlow('cat').pipe(detach()));
    const data = pattern(4 * MIB);
    const read = firstValueFrom(flow.read().pipe(collect()));
    for (let at = 0; at < data.length; at += 65536) flow.write(data.subarray(at, at + 65536));
    await firstValueFrom(flow.close());
    expect(Buffer.compare(await read, data)).toBe(0);
  });

  it.each([
    ['exits with 3', 'printf output; exit 3', { exitCode: 3, signal: null }, 'exec sh: the process exited with code 3'],
    ['is killed', 'printf output; kill -9 $$', { exitCode: null, signal: 'SIGKILL' }, 'exec sh: the process was ended by SIGKILL'],
  ])('errors with failed, behind the output, when it %s', async (_, script, cause, message) => {
    const flow = await sh(script);
    const reading = watch(flow.read());
    expect(await reading.ended).toMatchObject({ code: 'failed', message, cause });
    expect(concat(reading.values)).toEqual(utf8('output'));
    expect(await endOf(flow)).toBe('failed');
  });

  it('keeps the output of one that failed for a reader who comes later', async () => {
    const flow = await sh('printf output; exit 3');
    expect(await endOf(flow)).toBe('failed');
    const reading = watch(flow.read());
    await reading.ended;
    expect(concat(reading.values)).toEqual(utf8('output'));
  });

  it('ends its output where the process closes it, and closes only when the process ends', async () => {
    const flow = await sh('exec 1>&-; cat >/dev/null; exit 4');
    expect(await watch(flow.read()).ended).toBe('complete');
    flow.shutdown('write');
    expect(await failureOf(flow.closed)).toMatchObject({ code: 'failed', cause: { exitCode: 4 } });
  });

  it('refuses writes once the process has exited in order', async () => {
    const flow = await sh('exit 0');
    watch(flow.read());
    const results = Array.from({ length: 10 }, () => watch(flow.write(new Uint8Array(MIB))));
    for (const { ended } of results) await ended;
    expect(results.at(-1)!.values).toMatchObject([{ ok: false }]);
    expect(await endOf(flow)).toBe('complete');
    expect(await firstValueFrom(flow.write(pattern(1)))).toMatchObject({ ok: false });
  });

  it('errors with refused where there is no such program, or it may not be run, with the system error as the cause', async () => {
    expect(await failureOf(spawnFlow('no-such-program'))).toMatchObject({
      code: 'refused',
      message: 'exec no-such-program: no such file',
      cause: { code: 'ENOENT' },
    });
    expect(await failureOf(spawnFlow('sort -n'))).toMatchObject({
      code: 'refused',
      message: 'exec sort -n: no such file; arguments are given apart: spawnFlow(command, args)',
      cause: { code: 'ENOENT' },
    });
    expect(await failureOf(spawnFlow('/etc/passwd'))).toMatchObject({ code: 'refused', cause: { code: 'EACCES' } });
    expect(await failureOf(spawnFlow('cat', [], { cwd: '/no/such/folder' }))).toMatchObject({
      code: 'refused',
      message: 'exec cat: no such folder to run it in: /no/such/folder',
      cause: { code: 'ENOENT' },
    });
    // More than the system takes, which Node throws at once.
    expect(await failureOf(spawnFlow('cat', ['x'.repeat(2 ** 22)]))).toMatchObject({ code: 'failed', cause: { code: 'E2BIG' } });
  });

  it('ends the process when it is unsubscribed from, unless it was detached', async () => {
    const held = openedFromNow();
    const one = watch(spawnFlow('cat'));
    while (one.values.length === 0) await new Promise(setImmediate);
    const { pid } = one.values[0]!;
    one.subscription.unsubscribe();
    await gone(pid);
    const kept = await firstValueFrom(spawnFlow('cat').pipe(detach()));
    await new Promise(setImmediate);
    expect(runs(kept.pid)).toBe(true);
    kept.abort();
    await gone(kept.pid);
    watch(spawnFlow('cat')).subscription.unsubscribe(); // before it runs
    expect(await held()).toEqual([]);
  });

  it('kills, a second later, what does not end when it is told to', async () => {
    const flow = await sh("trap '' TERM; echo ready; while :; do sleep 0.05; done");
    await firstValueFrom(flow.read().pipe(take(1)));
    flow.abort();
    await gone(flow.pid);
    expect(await endOf(flow)).toBe('aborted');
  });

  it('settles within a second of its death, though what it has started holds its output open', async () => {
    const held = openedFromNow();
    const flow = await sh('echo output; sleep 60 & echo $!; kill -9 $$');
    const reading = watch(flow.read());
    const begin = performance.now();
    expect(await reading.ended).toMatchObject({ code: 'failed', cause: { signal: 'SIGKILL' } });
    expect(performance.now() - begin).toBeLessThan(1000);
    expect(await endOf(flow)).toBe('failed');
    await watch(flow.stderr).ended;
    process.kill(Number(Buffer.from(concat(reading.values)).toString().split('\n')[1]));
    expect(await held()).toEqual([]);
  });

  it('settles pending writes when it is killed', async () => {
    const flow = await firstValueFrom(spawnFlow('sleep', ['60']).pipe(detach()));
    const writes = Array.from({ length: 4 }, () => watch(flow.write(new Uint8Array(MIB))));
    const reading = watch(flow.read());
    process.kill(flow.pid, 'SIGKILL');
    for (const { ended } of writes) await ended;
    expect(writes.at(-1)!.values).toMatchObject([{ ok: false }]);
    expect(await reading.ended).toMatchObject({ code: 'failed', cause: { signal: 'SIGKILL' } });
  });

  describe('stderr', () => {
    it('is heard by everybody, and its last 65536 bytes by those who come later', async () => {
      const flow = await node("process.stderr.write('x'.repeat(100000) + 'last words', () => process.exit(0));");
      const early = firstValueFrom(flow.stderr.pipe(collectText()));
      watch(flow.read());
      expect((await early).length).toBe(100_010);
      expect(await endOf(flow)).toBe('complete');
      const late = await firstValueFrom(flow.stderr.pipe(collectText()));
      expect([late.length, late.endsWith('last words')]).toEqual([65536, true]);
    });

    it('never makes the process wait, though nobody listens', async () => {
      const flow = await node("for (let i = 0; i < 64; i += 1) require('fs').writeSync(2, Buffer.alloc(65536)); console.log('done');");
      expect(await firstValueFrom(flow.read().pipe(collectText()))).toBe('done\n');
    });

    it.each(['ignore', 'inherit'] as const)('ends at once where it is not asked for: %s', async (stderr) => {
      const flow = await sh('exit 0', { stderr });
      expect(await watch(flow.stderr).ended).toBe('complete');
      watch(flow.read());
      expect(await endOf(flow)).toBe('complete');
    });
  });

  it('gives all of 64 MiB to a reader that stalls again and again', async () => {
    const flow = await firstValueFrom(spawnFlow('head', ['-c', String(64 * MIB), '/dev/zero']).pipe(detach()));
    let received = 0;
    for (let some = 1; some > 0; received += some) some = (await firstValueFrom(flow.read().pipe(take(50), collect()))).length;
    expect(received).toBe(64 * MIB);
    expect(await endOf(flow)).toBe('complete');
  });

  it.each([
    [() => spawnFlow(''), 'spawnFlow: command must be a string that is not empty, without null bytes, not an empty string'],
    [() => spawnFlow('cat\0'), 'spawnFlow: command must be a string that is not empty, without null bytes, not a string'],
    [() => spawnFlow('cat', 'x' as never), 'spawnFlow: args must be an array of strings without null bytes, not a string'],
    [() => spawnFlow('cat', [7] as never), 'spawnFlow: args must be an array of strings without null bytes, not an array'],
    [() => spawnFlow('cat', ['--password=secret\0']), 'spawnFlow: args must be an array of strings without null bytes, not an array'],
    [() => spawnFlow('cat', [], { env: { TOKEN: 'secret\0' } }), 'spawnFlow: env must be an object of strings without null bytes, not an object'],
    [() => spawnFlow('cat', [], { cwd: '/\0' }), 'spawnFlow: cwd must be a string that is not empty, without null bytes, not a string'],
    [() => spawnFlow('cat', [], { stderr: 'file' as never }), "spawnFlow: stderr must be 'pipe', 'inherit' or 'ignore', not a string"],
    [() => spawnFlow('cat', [], { killSignal: 'NOPE' as never }), 'spawnFlow: killSignal must be the name of a signal, as SIGTERM, not a string'],
    [() => spawnFlow('cat', [], { killSignal: 9 as never }), 'spawnFlow: killSignal must be the name of a signal, as SIGTERM, not number 9'],
    [() => spawnFlow('cat', [], { cwd: 7 as never }), 'spawnFlow: cwd must be a string that is not empty, without null bytes, not number 7'],
  ])('throws a TypeError for wrong arguments: %#', (call, message) => {
    expect(call).toThrow(new TypeError(message));
  });
});
