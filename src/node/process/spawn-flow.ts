import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { timer, type Observable } from 'rxjs';
import { FlowError } from '../../flow/flow-error.js';
import { flowLifetime } from '../../flow/flow-lifetime.js';
import type { Flow } from '../../flow/flow.js';
import { makeFlow } from '../../flow/make-flow.js';
import { anObject, aText, check, checkConfig, optional, type Requirement } from '../check-config.js';
import { RecentBytes } from '../stream/recent-bytes.js';
import { systemFlowError } from '../system-error.js';
import { ProcessTransport } from './process-transport.js';

/** Where a process runs, with what environment, where its stderr goes, and how an abort ends it. */
export interface SpawnFlowOptions {
  /** Where it runs (default: where this process does). */
  readonly cwd?: string;
  /** Its environment, in place of this process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** `pipe` (the default): {@link ProcessFlow.stderr}. `inherit`: it goes where this process's goes. `ignore`: nowhere. */
  readonly stderr?: 'pipe' | 'inherit' | 'ignore';
  /** What an abort sends it (default `SIGTERM`); one that has not ended a second later gets `SIGKILL`. */
  readonly killSignal?: NodeJS.Signals;
  /** For messages and pictures (default: `exec` and the command, without its arguments). */
  readonly name?: string;
}

/** A process: reading reads its stdout, and writing writes its stdin. */
export interface ProcessFlow extends Flow {
  /** The system's number for the process. Once it has exited, the system may give it to another. */
  readonly pid: number;
  /**
   * What it writes to stderr, to every subscriber as it comes, and to those who come later its last 65536 bytes first.
   * Completes when it ends. It has no backpressure: no process waits because nobody looks at its complaints.
   */
  readonly stderr: Observable<Uint8Array>;
}

/**
 * Starts a process, without a shell: a cold Observable. Subscribing starts it; the flow is emitted when it runs; the
 * Observable completes when the flow has closed and errors when it broke. Unsubscribing before that ends the process,
 * unless the flow was taken with `detach()`.
 *
 * `shutdown('write')` ends its input. The flow has closed once both directions have ended and the process has exited with
 * code 0; whatever else it ends by, reads and `closed` error with `failed`, behind the last output, and the cause is a
 * `ProcessExit` that has its `exitCode` and `signal`. Output that its children hold open ends half a second
 * after it exits. Aborting kills it.
 *
 * Errors with `FlowError`: `refused` where there is no such program or folder, or it may not be run, with the system's
 * error as the cause. Throws a `TypeError` for wrong arguments.
 *
 * @example
 * spawnFlow('sort', ['-n']).subscribe((flow) => {
 *   flow.write(utf8('10\n9\n'));
 *   flow.shutdown('write');
 *   flow.read().pipe(collectText()).subscribe((text) => console.log(text));
 * });
 */
export function spawnFlow(command: string, args: readonly string[] = [], options: SpawnFlowOptions = {}): Observable<ProcessFlow> {
  check('spawnFlow', 'command', command, systemText);
  check('spawnFlow', 'args', args, someTexts);
  checkConfig('spawnFlow', options, CHECKS);
  const { name = `exec ${command}`, cwd, env, stderr = 'pipe', killSignal = 'SIGTERM' } = options;
  const where = { ...(cwd === undefined ? {} : { cwd }), ...(env === undefined ? {} : { env: { ...env } }) };
  return flowLifetime<ProcessFlow>(({ ready, fail }) => {
    const failed = (error: unknown) => {
      // The system blames the program for a folder as well.
      if (cwd !== undefined && !existsSync(cwd)) fail(new FlowError('refused', `${name}: no such folder to run it in: ${cwd}`, { cause: error }));
      else if (looksLikeALine(command, error)) fail(new FlowError('refused', `${name}: no such file; arguments are given apart: spawnFlow(command, args)`, { cause: error }));
      else fail(systemFlowError(name, error));
    };
    let child: ChildProcess;
    try {
      child = spawn(command, args, { ...where, stdio: ['pipe', 'pipe', stderr], windowsHide: true });
    } catch (error) {
      failed(error);
      return undefined;
    }
    // It stays: that a signal could not be sent is nobody's to know.
    child.on('error', failed);
    child.once('spawn', () => ready(processFlow(name, child, killSignal)));
    return () => child.kill('SIGKILL');
  });
}

function processFlow(name: string, child: ChildProcess, killSignal: NodeJS.Signals): ProcessFlow {
  const pipes = child as ChildProcess & { readonly stdin: Writable; readonly stdout: Readable };
  const flow = makeFlow(new ProcessTransport(name, pipes, killSignal));
  return Object.assign(flow, { pid: child.pid!, stderr: stderrOf(child) });
}

/** It is read whether or not anybody listens, and given up soon after the process, whoever else may hold it. */
function stderrOf(child: ChildProcess): Observable<Uint8Array> {
  const recent = new RecentBytes(KEPT_BYTES);
  const { stderr } = child;
  if (stderr === null) {
    recent.end();
  } else {
    stderr.on('data', (buffer: Buffer) => recent.push(buffer));
    stderr.on('error', () => undefined);
    stderr.once('close', () => recent.end());
    child.once('exit', () => {
      const late = timer(STDERR_BEHIND_EXIT_MS).subscribe(() => stderr.destroy());
      stderr.once('close', () => late.unsubscribe());
    });
  }
  return recent.observable;
}

/** There is no shell that would take a line apart. One that is there has an interpreter that is not. */
function looksLikeALine(command: string, error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT' && /\s/.test(command) && !existsSync(command);
}

const KEPT_BYTES = 65536;
const STDERR_BEHIND_EXIT_MS = 500;

const hasZero = (value: unknown): boolean => String(value).includes('\0');

/** What the system takes; Node would refuse the others too, and show what may be secret. */
const systemText: Requirement = {
  what: 'a string that is not empty, without null bytes',
  accepts: (value) => aText.accepts(value) && !hasZero(value),
};

const someTexts: Requirement = {
  what: 'an array of strings without null bytes',
  accepts: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string' && !hasZero(one)),
};

const variables: Requirement = {
  what: 'an object of strings without null bytes',
  accepts: (value) => anObject.accepts(value) && !Object.entries(value as object).some((pair) => pair.some(hasZero)),
};

const CHECKS = {
  cwd: optional(systemText),
  env: optional(variables),
  name: optional(aText),
  killSignal: optional({ what: 'the name of a signal, as SIGTERM', accepts: (value) => Object.hasOwn(constants.signals, value as string) }),
  stderr: optional({ what: "'pipe', 'inherit' or 'ignore'", accepts: (value) => ['pipe', 'inherit', 'ignore'].includes(value as string) }),
} as const;
