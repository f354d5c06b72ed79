// The command line in one file, put together from the sources: once for all spec files, until a source changes.

import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

const root = join(__dirname, '../../..');
/** Inside the project, where its packages are found; git ignores it. */
const cache = join(root, '.cache');

/** The program's path, for `node`. */
export function cliProgram(): string {
  const name = `cli-${newestSource()}.mjs`;
  const program = join(cache, name);
  if (existsSync(program)) return program;
  mkdirSync(cache, { recursive: true });
  for (const old of readdirSync(cache)) if (/^cli-\d+\.mjs$/.test(old)) rmSync(join(cache, old), { force: true });
  // Renamed into place once it is whole: several spec files may come here at once.
  const staging = join(cache, `building-${process.pid}-${name}`);
  buildInto(staging);
  renameSync(staging, program);
  return program;
}

/** When the last of the sources was changed, in whole milliseconds. */
function newestSource(): number {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  return Math.floor(Math.max(...sources.map((path) => statSync(join(root, 'src', path)).mtimeMs)));
}

function buildInto(outfile: string): void {
  buildSync({
    entryPoints: [join(root, 'src/cli/main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    // Its packages too: one file starts several times as fast. Those in CommonJS ask for Node's own by `require`.
    banner: { js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);" },
    logLevel: 'error',
  });
}
