import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cli } from './support/cli.js';

describe('rxjs-flow demo', () => {
  const cli = new Cli();
  const folder = mkdtempSync(join(tmpdir(), 'rxjs-flow-spec-'));
  const env = { TMPDIR: folder };
  afterEach(() => cli.killAll());
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('sends a file there and back, shows how far it is, both stats and equal digests, and leaves nothing behind', async () => {
    const run = cli.run(['demo', '--size-mib', '8'], { env });
    expect(await run.exit).toBe(0);
    expect(run.err()).toBe('');
    const out = run.out();
    expect(out).toMatch(/^file {5}8\.0 MiB of noise/);
    expect(out).toMatch(/100 % \| there 8\.0 MiB \| back 8\.0 MiB\n/);
    for (const way of ['there', 'back ', 'proxy']) {
      expect(out).toMatch(new RegExp(`\\n${way} +read 8388608 bytes .*wrote 8388608 bytes .* ms, .*/s\\n`));
    }
    const digests = [...out.matchAll(/^sha256 {3}([0-9a-f]{64}) (sent|received)$/gm)].map(([, digest]) => digest);
    expect(digests.length).toBe(2);
    expect(digests[0]).toBe(digests[1]);
    expect(out).toMatch(/\nThe digests agree\.\n$/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('leaves nothing behind when nobody reads what it prints any more', async () => {
    const run = cli.run(['demo', '--size-mib', '8'], { env });
    await run.line(/file .*\n/);
    run.child.stdout?.destroy();
    expect(await run.exit).toBe(1);
    expect(run.err()).toBe('');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('cleans up when it is interrupted', async () => {
    const run = cli.run(['demo', '--size-mib', '512'], { env });
    await run.line(/file .*\n/);
    run.child.kill('SIGINT');
    expect(await run.exit).toBe(1);
    expect(run.err()).toBe('rxjs-flow: aborted: demo: interrupted\n');
    expect(readdirSync(folder)).toEqual([]);
  });
});
