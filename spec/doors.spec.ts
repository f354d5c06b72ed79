import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { buildSync } from 'esbuild';

const root = join(__dirname, '..');
const doors = readdirSync(join(root, 'src')).filter((file) => file.endsWith('.ts'));

/** A door's sources in one program, without the packages that they import. */
function bundle(door: string): string {
  const { outputFiles } = buildSync({
    entryPoints: [join(root, 'src', door)],
    bundle: true,
    format: 'cjs',
    platform: 'node',
    packages: 'external',
    target: 'es2022',
    write: false,
  });
  return outputFiles[0]!.text;
}

describe('the doors', () => {
  // What a platform lacks, as jest's jsdom lacks `TextEncoder`, is missed where it is used.
  it.each(doors)('%s loads where there is nothing but the language and its modules', (door) => {
    const context = createContext({ require: createRequire(__filename), process, module: { exports: {} } });
    runInContext(bundle(door), context);
    expect(runInContext('Object.keys(module.exports).length', context)).toBeGreaterThan(0);
  });
});
