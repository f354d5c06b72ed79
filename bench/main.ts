/**
 * `npm run bench`: every suite, or those whose file names are given: `npm run bench -- in-memory tcp-bulk`.
 */
import { readdirSync } from 'node:fs';
import { runSuite, type Suite } from './harness.js';

/** A file here that exports `suites` is a part of the benchmark. */
interface BenchModule {
  readonly suites?: () => readonly Suite[] | Promise<readonly Suite[]>;
  /** What cannot be said in time: prints its own lines. */
  readonly report?: () => Promise<void>;
}

const HELPERS = new Set(['main', 'harness', 'tcp-ends', 'http2-server-process']);

const here = new URL('.', import.meta.url);
const names = readdirSync(here)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length))
  .filter((name) => !HELPERS.has(name));
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`no such benchmark: ${unknown.join(', ')} (there are ${names.join(', ')})`);
  process.exit(2);
}

console.log(`Node ${process.version}, ${process.arch}; higher is better in MiB/s, lower in ns; ratios are medians of the rounds' own`);
for (const name of names.filter((one) => wanted.length === 0 || wanted.includes(one))) {
  const module = (await import(new URL(`${name}.ts`, here).href)) as BenchModule;
  for (const suite of (await module.suites?.()) ?? []) await runSuite(suite);
  await module.report?.();
}
