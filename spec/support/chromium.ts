// Finds a Chromium to drive: $CHROMIUM, else Debian's, else the one that comes inside an npm package, unpacked once into
// a folder that git ignores. So `npm ci && npm test` needs no system package.

import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface BrowserProgram {
  readonly path: string;
  /** What it needs beside this process's environment: where its own libraries and fonts are. */
  readonly env: Readonly<Record<string, string>>;
}

const root = join(__dirname, '../..');
const PACKAGE = '@sparticuz/chromium';
const DEBIANS = '/usr/bin/chromium';

export async function chromiumProgram(): Promise<BrowserProgram> {
  const installed = process.env['CHROMIUM'] ?? (existsSync(DEBIANS) ? DEBIANS : undefined);
  if (installed !== undefined) return { path: installed, env: {} };
  const folder = await unpacked();
  const env = { LD_LIBRARY_PATH: join(folder, 'al2023/lib'), FONTCONFIG_PATH: join(folder, 'fonts') };
  return { path: join(folder, 'chromium'), env };
}

/** Renamed into place once it is whole: a run that is cut off, or two at the same time, leave no half of a browser. */
async function unpacked(): Promise<string> {
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules', PACKAGE, 'package.json'), 'utf8')) as { version: string };
  const cache = join(root, '.cache');
  const folder = join(cache, `chromium-${version}`);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const staging = mkdtempSync(join(cache, 'unpacking-'));
  try {
    await unpackInto(staging);
    renameSync(staging, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
  return folder;
}

/**
 * In a process of its own, since the package reads the environment as it loads: `TMPDIR` is where it unpacks to, and
 * the other makes it bring the libraries that a bare machine lacks.
 */
async function unpackInto(folder: string): Promise<void> {
  const script = `import chromium from '${PACKAGE}'; chromium.setGraphicsMode = false; await chromium.executablePath();`;
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: root,
    env: { ...process.env, TMPDIR: folder, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' },
  });
}
