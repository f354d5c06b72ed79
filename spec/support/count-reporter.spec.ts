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

const { countLine } = jest.requireActual<{ countLine(results: typeof counts): string }>('./count-reporter.cjs');

/** What jest hands a reporter at the end of a run, as far as this one looks at it. */
const counts = { numPassedTests: 2, numFailedTests: 0, numRuntimeErrorTestSuites: 0, numPendingTests: 0, numTodoTests: 0 };

describe('the count reporter', () => {
  it('ends a run with its counts: a suite that cannot run is one failure, beside the specs that fail', () => {
    const files = {
      'a.spec.js': `it('a', () => {}); it('b', () => { throw new Error('no'); }); it.skip('c', () => {}); it.todo('d');`,
      'b.spec.js': `this is no program`,
    };
    expect(runJest(files)).toEqual({ status: 1, lastLine: '1 passed, 2 failed, 2 skipped' });
  });

  it('names skipped specs only if there are any', () => {
    expect(countLine(counts)).toBe('2 passed, 0 failed');
    expect(countLine({ ...counts, numTodoTests: 1 })).toBe('2 passed, 0 failed, 1 skipped');
  });
});
