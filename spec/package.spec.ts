import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..');

interface Manifest {
  readonly [field: string]: unknown;
  readonly scripts: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly files: readonly string[];
}

const readText = (file: string) => readFileSync(join(root, file), 'utf8');
const manifest = JSON.parse(readText('package.json')) as Manifest;

describe('package.json', () => {
  const doors = readdirSync(join(root, 'src'))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -'.ts'.length));

  it('exports every door in src, and nothing else (`npm run doors` writes it)', () => {
    const expected = doors.map((door) => [
      door === 'index' ? '.' : `./${door}`,
      {
        import: { types: `./dist/esm/${door}.d.ts`, default: `./dist/esm/${door}.js` },
        require: { types: `./dist/cjs/${door}.d.ts`, default: `./dist/cjs/${door}.js` },
      },
    ]);
    expect(manifest.exports).toEqual({ ...Object.fromEntries(expected), './package.json': './package.json' });
  });

  it('can be installed by anyone and is published by no script', () => {
    expect(manifest).toMatchObject({ name: 'rxjs-flow', type: 'module', license: 'MIT', sideEffects: false, engines: { node: '>=20' } });
    expect(manifest).not.toHaveProperty('private');
    expect(Object.values(manifest.scripts).join('\n')).not.toMatch(/publish/);
  });

  it('needs nothing at run time but its peer RxJS, and WebSockets for Node', () => {
    expect(Object.keys(manifest.dependencies)).toEqual(['ws']);
    expect(manifest.peerDependencies['rxjs']).toBe('^7.8.0');
  });

  it.each([
    ['the command line', 'cli/', ['cli-progress', 'commander']],
    ['the Node room', 'node/', ['ws']],
  ])('keeps what it depends on out of the rest: %s alone imports it', (_, room, names) => {
    const pattern = new RegExp(`(from|import\\() ?'(${names.join('|')})'`);
    const importers = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && pattern.test(readText(`src/${file}`)));
    expect(importers).not.toEqual([]);
    expect(importers.filter((file) => !file.startsWith(room))).toEqual([]);
  });

  it('pins its tools to exact versions', () => {
    const loose = Object.entries(manifest.devDependencies).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version));
    expect(loose).toEqual([]);
  });

  it('packs only files that exist once it is built', () => {
    expect(manifest.files.filter((file) => file !== 'dist' && !existsSync(join(root, file)))).toEqual([]);
  });
});

describe('package-lock.json', () => {
  it('names no registry', () => {
    expect(readText('package-lock.json')).not.toMatch(/"resolved":|\.tgz/);
  });

  it('agrees with package.json', () => {
    const lock = JSON.parse(readText('package-lock.json')) as { packages: Record<string, Partial<Manifest>> };
    expect(lock.packages['']).toMatchObject({
      version: manifest['version'],
      devDependencies: manifest.devDependencies,
      peerDependencies: manifest.peerDependencies,
    });
  });
});
