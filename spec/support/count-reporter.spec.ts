import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const jestProgram = join(__dirname, '../../node_modules/jest/bin/jest.js');

/** Runs jest with the reporter on files of its own: its exit code, and the last line of all it printed. */
function runJest(files: Readonly<Record<string, string>>): { status: number | null; lastLine: string | undefined } {
  const folder = mkdtempSync(join(tmpdir(), 'count-reporter-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const reporters = ['default', join(__dirname, 'count-reporter.cjs')];
    writeFileSync(join(folder, 'jest.config.json'), JSON.stringify({ testMatch: ['**/*.spec.js'], reporters, cache: false }));
    const run = spawnSync('sh', ['-c', '"$0" "$@" 2>&1', process.execPath, jestProgram, '--ci'], { cwd: folder, encoding: 'utf8' });
    return { status: run.status, lastLine: run.stdout.trimEnd().split('\n').at(-1) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('the count reporter', () => {
  it('ends a good run with its counts', () => {
    const files = { 'a.spec.js': `it('a', () => {}); it('b', () => {});` };
    expect(runJest(files)).toEqual({ status: 0, lastLine: '2 passed, 0 failed' });
  });

  it('names skipped specs only if there are any', () => {
    const files = { 'a.spec.js': `it('a', () => {}); it.skip('b', () => {}); it.todo('c');` };
    expect(runJest(files)).toEqual({ status: 0, lastLine: '1 passed, 0 failed, 2 skipped' });
  });

  it('counts a suite that cannot run as one failure, beside the specs that fail', () => {
    const files = {
      'a.spec.js': `it('a', () => {}); it('b', () => { throw new Error('no'); });`,
      'b.spec.js': `this is no program`,
    };
    expect(runJest(files)).toEqual({ status: 1, lastLine: '1 passed, 2 failed' });
  });
});
