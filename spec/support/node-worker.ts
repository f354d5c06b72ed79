// A thread of node:worker_threads that runs TypeScript of this project: bundled first, since a worker has no loader.

import { Worker } from 'node:worker_threads';
import { buildSync } from 'esbuild';

/** `source` may import from `src` as a file of the root would. */
export function startWorker(source: string): Worker {
  const stdin = { contents: source, resolveDir: process.cwd(), loader: 'ts' as const };
  const { outputFiles } = buildSync({ stdin, bundle: true, platform: 'node', format: 'cjs', write: false });
  return new Worker(outputFiles[0]!.text, { eval: true });
}
