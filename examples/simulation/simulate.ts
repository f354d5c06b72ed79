/**
 * A hundred clients and a server over bad lines, in virtual time. All that is left to chance comes from the seed, so a
 * run that fails fails again, event for event.
 */
import { asyncScheduler, concat, ignoreElements, last, Observable, takeUntil, tap, timer } from 'rxjs';
import { flowPair, type Flow } from 'rxjs-flow';
import { FlowTestScheduler, seededRandom, withFaults, type Faults } from 'rxjs-flow/testing';
import { CounterServer } from './counter-server.js';
import { countingClient } from './counting-client.js';

export interface SimulationOptions {
  readonly clients?: number;
  readonly requests?: number;
  /** See `CounterServer`. */
  readonly forgetful?: boolean;
}

export interface SimulationReport {
  readonly seed: number;
  /** What was not as it must be; empty for a run in which every client got what it asked for, once. */
  readonly failures: readonly string[];
  readonly answers: number;
  readonly connections: number;
  readonly virtualMs: number;
  /** Of every answer and every connection, with its time: equal for equal runs. */
  readonly digest: string;
}

export function simulate(seed: number, options: SimulationOptions = {}): SimulationReport {
  const scheduler = new FlowTestScheduler();
  return scheduler.run(({ flush }) => {
    const run = new Run(seed, options);
    run.start();
    flush();
    return run.report(scheduler.frame);
  });
}

class Run {
  readonly #random: () => number;
  readonly #server: CounterServer;
  readonly #clients: readonly { readonly account: string; readonly amounts: readonly number[] }[];
  readonly #told = new Map<string, number>();
  #answers = 0;
  #connections = 0;
  #digest = 0x811c9dc5;

  constructor(
    private readonly seed: number,
    options: SimulationOptions,
  ) {
    const { clients = 100, requests = 20, forgetful = false } = options;
    this.#random = seededRandom(seed);
    this.#server = new CounterServer({ forgetful });
    this.#clients = Array.from({ length: clients }, (_, at) => ({
      account: `client ${at + 1}`,
      amounts: Array.from({ length: requests }, () => this.#upTo(100)),
    }));
  }

  start(): void {
    for (const { account, amounts } of this.#clients) {
      const balances = countingClient({ account, amounts, connect: () => this.#connect(account) }).pipe(
        tap((balance) => this.#note(`${account}: ${balance}`)),
        tap(() => (this.#answers += 1)),
      );
      concat(timer(this.#upTo(1000)).pipe(ignoreElements()), balances)
        .pipe(takeUntil(timer(LIMIT_MS)), last(null, undefined))
        .subscribe((balance) => balance !== undefined && this.#told.set(account, balance));
    }
  }

  report(virtualMs: number): SimulationReport {
    const { seed } = this;
    const failures = this.#clients.flatMap((client) => this.#failuresOf(client.account, client.amounts));
    const digest = this.#digest.toString(16).padStart(8, '0');
    return { seed, failures, answers: this.#answers, connections: this.#connections, virtualMs, digest };
  }

  #failuresOf(account: string, amounts: readonly number[]): string[] {
    const expected = amounts.reduce((sum, amount) => sum + amount, 0);
    const [kept, told] = [this.#server.balanceOf(account), this.#told.get(account)];
    if (kept !== expected) return [`${account}: the server has ${kept}, and it ought to be ${expected}`];
    return told === expected ? [] : [`${account}: was told ${String(told)}, and it ought to be ${expected}`];
  }

  /** A new connection over a line with new faults. */
  #connect(account: string): Observable<Flow> {
    return new Observable((subscriber) => {
      this.#connections += 1;
      this.#note(`${account}: connects`);
      const [near, far] = flowPair({ name: account });
      const flow = withFaults(near, this.#faults());
      this.#server.serve(far).subscribe({ complete: () => far.close(), error: () => undefined });
      flow.closed.subscribe({ complete: () => subscriber.complete(), error: (error: unknown) => subscriber.error(error) });
      subscriber.next(flow);
      return () => flow.abort();
    });
  }

  #faults(): Faults {
    const fate = this.#random();
    return {
      latencyMs: this.#upTo(100),
      jitterMs: this.#upTo(100),
      bytesPerSecond: 500 + this.#upTo(20_000),
      slice: this.#upTo(40),
      seed: this.#upTo(2 ** 31),
      ...(fate < 0.3 ? { resetAfterMs: this.#upTo(2000) } : {}),
      ...(fate > 0.8 ? { limitBytes: this.#upTo(1000) } : {}),
    };
  }

  /** A whole number from 1 to `most`. */
  #upTo(most: number): number {
    return 1 + Math.floor(this.#random() * most);
  }

  /** FNV-1a, over the time and the text of each event. */
  #note(event: string): void {
    for (const character of `${asyncScheduler.now()} ${event}\n`) {
      this.#digest = Math.imul(this.#digest ^ character.charCodeAt(0), 0x01000193) >>> 0;
    }
  }
}

/** Who is not done by then never will be. */
const LIMIT_MS = 3_600_000;
