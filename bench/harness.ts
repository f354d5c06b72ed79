/**
 * Runs contenders in turn, round after round, in one process, and prints their speeds with the ratio to ours: the
 * machine's moods then hit all of them alike. It measures; it judges nothing and decides no test.
 */

export interface Contender {
  readonly name: string;
  /** What one run of this contender handles, where that is less than the suite's work: a slow one need not do it all. */
  readonly work?: number;
  /** One run over all of its work; resolves when the last byte has been consumed. */
  run(): void | Promise<void>;
  /** What the last run took, of one that knows it better than a clock beside it. */
  seconds?(): number;
}

export interface Suite {
  readonly title: string;
  /** How many units one run handles, e.g. buffers, bytes, round trips. */
  readonly work: number;
  readonly unit: 'buffer' | 'byte' | 'round trip' | 'write' | 'frame' | 'second' | 'request';
  /** Ours first; the others are compared with it. */
  readonly contenders: readonly Contender[];
  readonly rounds?: number;
  /** What this project promises itself: ours (or `of`) is at least so many times as fast as the named contender. */
  readonly marks?: readonly { readonly against: string; readonly atLeast: number; readonly of?: string }[];
}

export interface Row {
  readonly name: string;
  readonly seconds: number[];
}

/** Rounds not counted: the compiler's. */
const WARM_UPS = 2;

export async function runSuite(suite: Suite): Promise<readonly Row[]> {
  const rounds = suite.rounds ?? 7;
  const rows = suite.contenders.map((contender): Row => ({ name: contender.name, seconds: [] }));
  for (let round = -WARM_UPS; round < rounds; round += 1) {
    for (const [at, contender] of inTurn([...suite.contenders.entries()], round + WARM_UPS)) {
      progress(`${suite.title}: round ${Math.max(0, round + 1)} of ${rounds}, ${contender.name}`);
      const seconds = await time(contender);
      const scale = suite.work / (contender.work ?? suite.work);
      if (round >= 0) rows[at]!.seconds.push(seconds * scale);
    }
  }
  progress('');
  print(suite, rows);
  return rows;
}

/** Each round begins with another contender, so that none always runs behind the same one. */
function inTurn<T>(all: readonly T[], round: number): readonly T[] {
  const first = round % all.length;
  return [...all.slice(first), ...all.slice(0, first)];
}

async function time(contender: Contender): Promise<number> {
  const start = process.hrtime.bigint();
  await contender.run();
  return contender.seconds?.() ?? Number(process.hrtime.bigint() - start) / 1e9;
}

function print(suite: Suite, rows: readonly Row[]): void {
  const ours = rows[0]!;
  const width = Math.max(...rows.map(({ name }) => name.length));
  console.log(`\n${suite.title}`);
  for (const row of rows) {
    const speed = speedOf(suite, median(row.seconds)).padStart(18);
    const spread = `${speedOf(suite, Math.max(...row.seconds)).trim()} to ${speedOf(suite, Math.min(...row.seconds)).trim()}`;
    const ratio = row === ours ? '' : `ours is ${ratioTo(ours, row).toFixed(2)} times as fast`;
    console.log(`  ${row.name.padEnd(width)} ${speed}   ${ratio.padEnd(30)} (${spread})`);
  }
  for (const { against, atLeast, of } of suite.marks ?? []) {
    const row = rows.find(({ name }) => name === against);
    const subject = of === undefined ? ours : rows.find(({ name }) => name === of);
    if (row === undefined || subject === undefined) continue;
    const ratio = ratioTo(subject, row);
    const verdict = ratio >= atLeast ? 'reached' : 'missed';
    console.log(`  mark: ${of === undefined ? '' : `${of}: `}${atLeast} times ${against}: ${verdict} (${ratio.toFixed(2)})`);
  }
}

/** The median of the rounds' own ratios: both sides of each were measured next to each other. */
export function ratioTo(ours: Row, other: Row): number {
  return median(other.seconds.map((seconds, round) => seconds / ours.seconds[round]!));
}

function speedOf(suite: Suite, seconds: number): string {
  const perSecond = suite.work / seconds;
  if (suite.unit === 'byte') return `${(perSecond / 2 ** 20).toFixed(0)} MiB/s`;
  if (suite.unit === 'second') return `${perSecond.toFixed(0)} s/s`;
  if (suite.unit === 'request') return `${perSecond.toFixed(0)} requests/s`;
  const nanoseconds = 1e9 / perSecond;
  return nanoseconds < 10_000 ? `${nanoseconds.toFixed(1)} ns/${suite.unit}` : `${(nanoseconds / 1000).toFixed(1)} µs/${suite.unit}`;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

function progress(text: string): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(`\r\x1b[K${text}`);
}
