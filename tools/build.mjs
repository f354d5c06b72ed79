// Builds dist/esm and dist/cjs with tsc, both at once, into a folder of its own that replaces dist at the end:
// a build that fails, or two that run at the same time, never leave a half-written dist. It bundles nothing.

import { spawn } from 'node:child_process';
import { chmodSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const staging = `.build-${process.pid}`;
process.chdir(root);

process.on('exit', () => rmSync(staging, { recursive: true, force: true }));

const codes = await Promise.all([compile('esm'), compile('cjs')]);
if (codes.some((code) => code !== 0)) process.exit(1);

writeFileSync(`${staging}/cjs/package.json`, '{ "type": "commonjs" }\n');
const program = `${staging}/esm/cli/main.js`;
if (existsSync(program)) chmodSync(program, 0o755);
replaceDist();

/** @returns {Promise<number>} tsc's exit code; its complaints go to this process's output. */
function compile(format) {
  const tsc = fileURLToPath(import.meta.resolve('typescript/lib/tsc.js'));
  const args = [tsc, '-p', `tsconfig.${format}.json`, '--outDir', `${staging}/${format}`];
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
