/** How far the demo's file is, there and back: two bars on a terminal, a line at each quarter elsewhere. */
import { MultiBar, Presets, type SingleBar } from 'cli-progress';
import { formatBytes } from '../combinators/format-bytes.js';
import type { CopyStats } from '../combinators/copy-stats.js';
import type { ProxyStats } from '../combinators/proxy.js';

export interface DemoProgress {
  update(stats: ProxyStats): void;
  /** Leaves the terminal as it was found. */
  unsubscribe(): void;
}

export function demoProgress(out: NodeJS.WriteStream, sizeBytes: number): DemoProgress {
  return out.isTTY ? new Bars(out, sizeBytes) : new Quarters(out, sizeBytes);
}

class Bars implements DemoProgress {
  readonly #bars: MultiBar;
  readonly #there: SingleBar;
  readonly #back: SingleBar;

  constructor(out: NodeJS.WriteStream, sizeBytes: number) {
    const format = '{way} {bar} {percentage} % | {bytes} | {rate}';
    this.#bars = new MultiBar({ stream: out, format, barsize: 32, hideCursor: true, gracefulExit: false }, Presets.shades_classic);
    this.#there = this.#bars.create(sizeBytes, 0, { way: 'there', ...figures(null) });
    this.#back = this.#bars.create(sizeBytes, 0, { way: 'back ', ...figures(null) });
  }

  update({ aToB, bToA }: ProxyStats): void {
    this.#there.update(aToB.writeBytes, figures(aToB));
    this.#back.update(bToA.writeBytes, figures(bToA));
  }

  unsubscribe(): void {
    this.#bars.stop();
  }
}

function figures(stats: CopyStats | null): { bytes: string; rate: string } {
  const { writeBytes = 0, durationMs = 0 } = stats ?? {};
  return { bytes: formatBytes(writeBytes), rate: durationMs > 0 ? `${formatBytes((writeBytes * 1000) / durationMs)}/s` : '' };
}

class Quarters implements DemoProgress {
  #said = 0;

  constructor(
    private readonly out: NodeJS.WritableStream,
    private readonly sizeBytes: number,
  ) {}

  update({ aToB, bToA }: ProxyStats): void {
    const quarter = Math.floor((bToA.writeBytes * 4) / this.sizeBytes);
    if (quarter <= this.#said) return;
    this.#said = quarter;
    this.out.write(`${quarter * 25} % | there ${formatBytes(aToB.writeBytes)} | back ${formatBytes(bToA.writeBytes)}\n`);
  }

  unsubscribe(): void {
    // Nothing to put right.
  }
}
