/**
 * A child process as a transport: its stdout is read, its stdin written. The flow is over when both have ended and the
 * process has exited, and how it exited decides how. It starts nothing, and leaves stderr alone.
 */
import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { Subscription, timer } from 'rxjs';
import { FlowError } from '../../flow/flow-error.js';
import { NodeStreamTransport } from '../stream/node-stream-transport.js';
import { processExit, type ProcessExit } from './process-exit.js';

export class ProcessTransport extends NodeStreamTransport {
  /** What is left in the pipe of a process that has exited is fetched, whether or not somebody reads. */
  readonly maxQueuedBytes = 2 ** 26;
  #exit: ProcessExit | 'in order' | null = null;
  #outputHasEnded = false;
  readonly #timers = new Subscription();
  #freed: (() => void) | undefined;

  constructor(
    name: string,
    private readonly child: ChildProcess & { readonly stdin: Writable; readonly stdout: Readable },
    private readonly killSignal: NodeJS.Signals,
  ) {
    super(name, child.stdout, child.stdin);
    child.once('exit', (exitCode, signal) => this.#hearExit(processExit(exitCode, signal)));
  }

  override abort(error: FlowError): void {
    const { child } = this;
    super.abort(error);
    this.#timers.unsubscribe();
    if (this.#exit !== null) return;
    child.kill(this.killSignal);
    const lastResort = timer(PATIENCE_MS).subscribe(() => child.kill('SIGKILL'));
    child.once('exit', () => lastResort.unsubscribe());
  }

  override free(done: () => void): void {
    if (this.#exit === null) this.#freed = done;
    else super.free(done);
  }

  protected override pause(): void {
    if (this.#exit === null) super.pause();
  }

  /** It need not read all that it is given: how it exits says whether it is content. */
  protected override onWritableError(error: FlowError): void {
    this.link.refuse(error);
  }

  /** A program that fails ends its output by ending: what was read is complete only if it exits well, very soon. */
  protected override onEnd(): void {
    this.#outputHasEnded = true;
    if (this.#exit === null) this.#timers.add(timer(EXIT_BEHIND_EOF_MS).subscribe(() => this.link.end()));
    else this.#finish();
  }

  #hearExit(exit: ProcessExit | null): void {
    this.#exit = exit ?? 'in order';
    if (this.#outputHasEnded) {
      this.#finish();
      return;
    }
    const { readable } = this;
    readable.resume();
    // What it started itself may hold its output open for ever, and is no part of it.
    this.#timers.add(timer(OUTPUT_BEHIND_EXIT_MS).subscribe(() => readable.push(null)));
  }

  /** The process and its output have ended. */
  #finish(): void {
    this.#timers.unsubscribe();
    if (this.#exit instanceof Error) {
      this.link.fail(new FlowError('failed', `${this.name}: ${this.#exit.message}`, { cause: this.#exit }));
      return;
    }
    this.link.end();
    this.link.refuse(new FlowError('closed', `${this.name}: write after the process exited`));
    if (this.#freed !== undefined) super.free(this.#freed);
  }
}

const EXIT_BEHIND_EOF_MS = 100;
const OUTPUT_BEHIND_EXIT_MS = 500;
/** For a process that was told to end by another signal than SIGKILL. */
const PATIENCE_MS = 1000;
