// Other people's HTTP/2 programs, as processes: those that are on the PATH.

import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type NetConnectOpts } from 'node:net';

/** `describe` where the programs are on the PATH, and a skipped one that names the missing ones elsewhere. */
export function describeWith(programs: readonly string[], name: string, body: () => void): void {
  const missing = programs.filter((program) => !isOnPath(program));
  if (missing.length === 0) describe(name, body);
  else describe.skip(`${name} (not on the PATH: ${missing.join(', ')})`, body);
}

function isOnPath(program: string): boolean {
  try {
    execFileSync('which', [program], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export interface Outcome {
  readonly status: number | null;
  readonly out: Buffer;
  readonly err: string;
}

/** Runs a program to its end, with `input` on its stdin. */
export async function runProgram(program: string, args: readonly string[], input: string | Uint8Array = ''): Promise<Outcome> {
  const child = spawn(program, args);
  const out: Buffer[] = [];
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  child.stdin.on('error', () => {}); // one that does not read it
  child.stdin.end(input);
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, out: Buffer.concat(out), err };
}

/** A server that runs until it is stopped. Resolves once it accepts connections, rejects if it ends before. */
export async function startServer(program: string, args: readonly string[], address: NetConnectOpts): Promise<ChildProcess> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let printed = '';
  child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  // It says so to nobody who is not a terminal: all that is left is to try.
  while (!(await accepts(address))) {
    if (child.exitCode !== null) throw new Error(`${program} ended: ${printed}`);
  }
  return child;
}

async function accepts(address: NetConnectOpts): Promise<boolean> {
  const socket = connect(address);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Ends it and waits until it is gone. */
export async function stopServer(child: ChildProcess | undefined): Promise<void> {
  if (child?.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** For a program that cannot say which port it took: one that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
