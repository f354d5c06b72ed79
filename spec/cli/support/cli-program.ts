// The command line in one file, put together from the sources: once for all spec files, until a source changes.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../../..');
/** Inside the project, where its packages are found; git ignores it. */
const cache = join(root, '.cache');

/** The program's path, for `node`. */
export function cliProgram(): string {
  const name = `cli-${newestSource()}.mjs`;
  const program = join(cache, name);
  if (existsSync(program)) return program;
  mkdirSync(cache, { recursive: true });
  // Several spec files may come here at once: it is renamed into place once it is whole, and never taken away from there.
  const isOld = (file: string) => /^cli-\d+\.mjs$/.test(file) && file !== name;
  for (const file of readdirSync(cache).filter(isOld)) rmSync(join(cache, file), { force: true });
  const staging = join(cache, `building-${process.pid}-${name}`);
  execFileSync(process.execPath, [join(root, 'tools/bundle-program.mjs'), staging]);
  renameSync(staging, program);
  return program;
}

/** When the last of the sources was changed, in whole milliseconds. */
function newestSource(): number {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  return Math.floor(Math.max(...sources.map((path) => statSync(join(root, 'src', path)).mtimeMs)));
}
