// Runs the command line as users do, as a process of its own, and waits on what it prints.

import { spawn, type ChildProcess } from 'node:child_process';
import { cliProgram } from './cli-program.js';

/** A process takes its time to start where many run at once; what is waited for comes as an event all the same. */
jest.setTimeout(30_000);

/** One run of the command. */
export interface Run {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  /** Resolves with the first match in what it prints to stdout, now or later; rejects if it ends before. */
  line(pattern: RegExp): Promise<RegExpMatchArray>;
  /** Resolves with its exit status, or the signal that ended it, once all it printed has come. */
  readonly exit: Promise<number | string>;
}

/** The command as spec files run it, each with a set of its own runs. */
export class Cli {
  readonly #program = cliProgram();
  readonly #running = new Set<ChildProcess>();

  run(args: readonly string[], options: { readonly env?: Readonly<Record<string, string>> } = {}): Run {
    const child = spawn(process.execPath, [this.#program, ...args], { env: { ...process.env, ...options.env } });
    this.#running.add(child);
    let out = '';
    let err = '';
    const waiting = new Set<() => void>();
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      for (const look of waiting) look();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    const exit = new Promise<number | string>((resolve) => {
      child.once('close', (code, signal) => {
        this.#running.delete(child);
        resolve(code ?? signal ?? 'unknown');
        for (const look of waiting) look();
      });
    });
    const line = (pattern: RegExp) =>
      new Promise<RegExpMatchArray>((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(out);
          if (match === null && this.#running.has(child)) return;
          waiting.delete(look);
          if (match !== null) resolve(match);
          else reject(new Error(`ended without ${String(pattern)}:\n${out}${err}`));
        };
        waiting.add(look);
        look();
      });
    return { child, out: () => out, err: () => err, line, exit };
  }

  /** For `afterEach`: nothing that a failed spec started stays. */
  killAll(): void {
    for (const child of this.#running) child.kill('SIGKILL');
  }
}
