// Writes `exports` of package.json from the doors that exist: one subpath for each src/*.ts.
// Run `npm run doors` after adding or removing a door; spec/package.spec.ts fails until it has been.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);
const manifestUrl = new URL('package.json', root);

const doors = readdirSync(new URL('src', root))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length))
  .sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));

const manifest = JSON.parse(readFileSync(manifestUrl, 'utf8'));
manifest.exports = Object.fromEntries([
  ...doors.map((door) => [door === 'index' ? '.' : `./${door}`, conditions(door)]),
  ['./package.json', './package.json'],
]);
writeFileSync(manifestUrl, `${JSON.stringify(manifest, null, 2)}\n`);
console.log(`doors: ${doors.join(' ')}`);

function rank(door) {
  return door === 'index' ? 0 : 1;
}

function conditions(door) {
  return {
    import: { types: `./dist/esm/${door}.d.ts`, default: `./dist/esm/${door}.js` },
    require: { types: `./dist/cjs/${door}.d.ts`, default: `./dist/cjs/${door}.js` },
  };
}
