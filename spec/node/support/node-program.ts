// A program of this project's TypeScript, to be run by a Node of its own: bundled first, since that has no loader.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

/** `source` may import from `src` as a file of the root would. Its path is for `node`, until it is removed. */
export function nodeProgram(source: string): { readonly path: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'rxjs-flow-'));
  const path = join(folder, 'program.cjs');
  const stdin = { contents: source, resolveDir: process.cwd(), loader: 'ts' as const };
  buildSync({ stdin, outfile: path, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' });
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
