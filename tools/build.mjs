// Builds dist/esm and dist/cjs with tsc and the command line, all at once, into a folder of its own that replaces dist
// at the end: a build that fails, or two that run at the same time, never leave a half-written dist.

import { spawn } from 'node:child_process';
import { chmodSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const staging = `.build-${process.pid}`;
process.chdir(root);

process.on('exit', () => rmSync(staging, { recursive: true, force: true }));

const program = `${staging}/cli/main.js`;
const codes = await Promise.all([compile('esm'), compile('cjs'), run('tools/bundle-program.mjs', program)]);
if (codes.some((code) => code !== 0)) process.exit(1);

writeFileSync(`${staging}/cjs/package.json`, '{ "type": "commonjs" }\n');
chmodSync(program, 0o755);
replaceDist();

function compile(format) {
  const tsc = fileURLToPath(import.meta.resolve('typescript/lib/tsc.js'));
  return run(tsc, '-p', `tsconfig.${format}.json`, '--outDir', `${staging}/${format}`);
}

/** @returns {Promise<number>} the script's exit code; its complaints go to this process's output. */
function run(...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: 'inherit' });
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

/** Another build may put its own dist in place between the two steps; the last one to finish wins. */
function replaceDist() {
  for (;;) {
    rmSync('dist', { recursive: true, force: true });
    try {
      renameSync(staging, 'dist');
      return;
    } catch (error) {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    }
  }
}
