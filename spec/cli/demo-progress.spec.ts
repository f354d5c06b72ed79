import { demoProgress } from '../../src/cli/demo-progress.js';
import type { CopyStats } from '../../src/combinators/copy-stats.js';
import type { ProxyStats } from '../../src/combinators/proxy.js';
import { fakeOutput, SHOW_CURSOR, visible } from './support/terminal.js';

const MIB = 1024 * 1024;

function carried(there: number, back: number): ProxyStats {
  const way = (bytes: number): CopyStats => ({ readBytes: bytes, readOps: 1, writeBytes: bytes, writeOps: 1, durationMs: 500 });
  return { aToB: way(there), bToA: way(back) };
}

describe('demoProgress', () => {
  it('draws a bar for each way on a terminal, and leaves the last of it', () => {
    const { out, text } = fakeOutput(true);
    const progress = demoProgress(out, 8 * MIB);
    progress.update(carried(8 * MIB, 6 * MIB));
    progress.unsubscribe();
    expect(visible(text())).toMatch(/there █{32} 100 % \| 8\.0 MiB \| 16\.0 MiB\/s\n.*back {2}█{24}░{8} 75 % \| 6\.0 MiB \| 12\.0 MiB\/s\n$/s);
    expect(text()).toContain(SHOW_CURSOR);
  });

  it('prints a line for each quarter that has come back elsewhere', () => {
    const { out, text } = fakeOutput(false);
    const progress = demoProgress(out, 8 * MIB);
    for (const back of [0, 1, 2, 3, 7, 8]) progress.update(carried(8 * MIB, back * MIB));
    progress.unsubscribe();
    expect(text()).toBe(
      '25 % | there 8.0 MiB | back 2.0 MiB\n' +
        '75 % | there 8.0 MiB | back 7.0 MiB\n' +
        '100 % | there 8.0 MiB | back 8.0 MiB\n',
    );
  });
});
