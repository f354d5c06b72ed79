// Puts the command line into one file, with every package it imports: it starts in less than half the time so, and
// whoever installs the library installs no package for the command line. `node tools/bundle-program.mjs OUTFILE`;
// the packages' licences go into a file beside it.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../', import.meta.url));
const [outfile] = process.argv.slice(2);

const { metafile } = await build({
  entryPoints: [join(root, 'src/cli/main.ts')],
  absWorkingDir: root,
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20',
  // Its modules, where Node by itself would take its CommonJS, of which nothing can be left out.
  alias: { rxjs: join(root, 'node_modules/rxjs/dist/esm/index.js') },
  format: 'esm',
  // Packages in CommonJS ask for Node's own modules by `require`.
  banner: { js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);" },
  metafile: true,
  logLevel: 'error',
});
writeFileSync(join(dirname(outfile), 'LICENSES.txt'), packagesOf(Object.keys(metafile.inputs)).map(licenceOf).join('\n'));

/** @param {string[]} paths of files, from the root */
function packagesOf(paths) {
  const folders = paths.map((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]);
  return [...new Set(folders)].filter((folder) => folder !== undefined).sort();
}

/** @param {string} folder of a package, from the root */
function licenceOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const file = readdirSync(join(root, folder)).find((one) => /^licen[cs]e/i.test(one));
  if (file === undefined) throw new Error(`${folder}: a package without its licence's text cannot be put into the program`);
  const text = readFileSync(join(root, folder, file), 'utf8').trim();
  return `${name} ${version} (${license})\n\n${text}\n`;
}
