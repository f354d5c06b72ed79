/** What `rxjs-flow proxy` says: a line for each connection that ends, and one on where things stand. */
import { formatBytes } from '../combinators/format-bytes.js';
import { formatStats } from '../combinators/format-stats.js';
import { formatError } from '../flow/format-error.js';
import { Stopwatch } from '../flow/stopwatch.js';
import type { ProxyEvent } from './proxy-server.js';

export class ProxyReport {
  readonly #open = new Map<number, readonly [there: number, back: number]>();
  /** What ended connections have carried. */
  #done = [0, 0] as readonly [there: number, back: number];
  #served = 0;
  #lastBytes = this.#done;
  readonly #clock = new Stopwatch();
  #lastAt = 0;

  /** Takes the event in, and gives the line that it is worth, if any. */
  take(event: ProxyEvent): string | null {
    const { kind, connection, stats } = event;
    if (kind === 'recorded' || kind === 'unrecorded') return describe(event);
    const bytes = [stats?.aToB.writeBytes ?? 0, stats?.bToA.writeBytes ?? 0] as const;
    this.#open.set(connection, bytes);
    if (kind === 'opened') this.#served += 1;
    if (kind === 'opened' || kind === 'carried') return null;
    this.#open.delete(connection);
    this.#done = sum(this.#done, bytes);
    return describe(event);
  }

  get openConnections(): number {
    return this.#open.size;
  }

  /** Bytes each way, how fast since this was asked for last, and connections. */
  status(): string {
    const now = this.#clock.elapsed();
    const bytes = this.#bytes;
    const seconds = (now - this.#lastAt) / 1000;
    const [there, back] = bytes.map((all, way) => {
      const rate = seconds > 0 ? (all - this.#lastBytes[way as 0 | 1]) / seconds : 0;
      return `${formatBytes(all)} (${formatBytes(rate)}/s)`;
    });
    this.#lastBytes = bytes;
    this.#lastAt = now;
    return `${this.#open.size} open of ${this.#served} | there ${there!} | back ${back!}`;
  }

  /** The whole run, at its end. */
  summary(): string {
    const [there, back] = this.#bytes;
    const connections = this.#served === 1 ? '1 connection' : `${this.#served} connections`;
    return `${connections}: ${formatBytes(there)} there, ${formatBytes(back)} back`;
  }

  get #bytes(): readonly [number, number] {
    return [...this.#open.values()].reduce(sum, this.#done);
  }
}

function describe({ kind, connection, name, stats, error, tape }: ProxyEvent): string {
  const line = (what: string) => `#${connection} ${name} ${what}`;
  if (kind === 'recorded') return line(`recorded: ${tape!}`);
  if (kind === 'unrecorded') return line(`not recorded: ${formatError(error)}`);
  const end = line(kind === 'failed' ? `failed: ${formatError(error)}` : 'ended');
  return stats === null ? end : `${end} | ${formatStats(stats)}`;
}

function sum(a: readonly [number, number], b: readonly [number, number]): readonly [number, number] {
  return [a[0] + b[0], a[1] + b[1]];
}
