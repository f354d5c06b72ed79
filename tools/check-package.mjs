// Checks the package as its users get it: packs the build, has publint and attw read the tarball, installs the tarball
// (with what it depends on out of npm's cache, if it is there) in an empty folder, and there imports every door as ESM
// and as CommonJS, runs and type-checks one program of each kind, has the compiler write the types that programs of a single
// door leave out, and follows the links of the documents and of the docstrings. It builds nothing: `npm run build`
// comes first.

import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';
import { docstringFaults } from './docstring-faults.mjs';
import { failureOf } from './failure-of.mjs';

const EXPECTED = 'hello, flows; closed: true';

const root = fileURLToPath(new URL('../', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const doors = Object.keys(manifest.exports)
  .filter((path) => path !== './package.json')
  .map((path) => path.replace('.', manifest.name));
const bin = (name) => join(root, 'node_modules/.bin', name);

const folder = mkdtempSync(join(tmpdir(), 'rxjs-flow-package-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

if (!existsSync(join(root, 'dist/esm'))) fail('there is no dist to check: run `npm run build` first');
const tarball = await pack();
await Promise.all([publint(), attw(), installConsumer().then(() => Promise.all([...runs(), ...typeChecks(), namesItsTypes(), documentsLeadSomewhere(), explainsItself()]))]);
console.log(`package: ${doors.length} doors as ESM and CommonJS, publint and attw clean, both consumers run and type-check, each door names its types, documents and docstrings lead somewhere`);

async function pack() {
  const listing = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], root);
  const packed = JSON.parse(listing);
  // npm 12 lists packages by name, earlier ones in an array.
  return join(folder, Object.values(packed)[0].filename);
}

function publint() {
  return run(bin('publint'), [tarball, '--strict'], root);
}

function attw() {
  return run(bin('attw'), [tarball, '--profile', 'node16'], root);
}

/** An empty project with the tarball installed, and beside it, as links, what its users have: the peers, a compiler. */
async function installConsumer() {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const quiet = ['--prefer-offline', '--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund', '--no-package-lock'];
  await run('npm', ['install', ...quiet, tarball], folder);
  for (const name of [...Object.keys(manifest.peerDependencies), 'typescript', '@types/node']) link(name);
  cpSync(join(root, 'tools/consumers'), folder, { recursive: true });
  const names = (load) => `console.log(JSON.stringify([${doors.map(load).join(', ')}].map((door) => Object.keys(door).sort())));\n`;
  writeFileSync(join(folder, 'doors.mjs'), names((door) => `await import('${door}')`));
  writeFileSync(join(folder, 'doors.cjs'), names((door) => `require('${door}')`));
}

function link(name) {
  const target = join(root, 'node_modules', name);
  const path = join(folder, 'node_modules', name);
  if (!existsSync(target) || existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path, 'dir');
}

function runs() {
  return [sameNames(), expectOutput('consumer.mts'), expectOutput('consumer.cts'), runsItsProgram()];
}

async function sameNames() {
  const [esm, cjs] = await Promise.all(['doors.mjs', 'doors.cjs'].map((file) => run(process.execPath, [file], folder)));
  const [esmNames, cjsNames] = [esm, cjs].map((text) => JSON.parse(text));
  doors.forEach((door, index) => {
    const [ours, theirs] = [esmNames[index], cjsNames[index]].map((names) => names.join(' '));
    if (ours === '') fail(`${door} exports nothing`);
    if (ours !== theirs) fail(`${door} exports other names as ESM than as CommonJS:\n  ${ours}\n  ${theirs}`);
  });
}

async function expectOutput(source) {
  const program = source.replace('ts', 'js');
  const module = source.endsWith('.mts') ? ts.ModuleKind.ESNext : ts.ModuleKind.CommonJS;
  const compilerOptions = { module, target: ts.ScriptTarget.ES2022 };
  const { outputText } = ts.transpileModule(readFileSync(join(folder, source), 'utf8'), { compilerOptions, fileName: source });
  writeFileSync(join(folder, program), outputText);
  const output = (await run(process.execPath, [program], folder)).trim();
  if (output !== EXPECTED) fail(`${source} printed ${JSON.stringify(output)} instead of ${JSON.stringify(EXPECTED)}`);
}

/** The command the package installs is there and starts; what it does is for the specs. */
async function runsItsProgram() {
  if (!existsSync(join(root, manifest.bin[manifest.name]))) fail(`${manifest.bin[manifest.name]} is missing`);
  await run(join(folder, 'node_modules/.bin', manifest.name), ['--help'], folder);
}

/** What the package's documents name beside themselves is there, where most will read them. */
function documentsLeadSomewhere() {
  const installed = join(folder, 'node_modules', manifest.name);
  const documents = readdirSync(installed, { recursive: true }).filter((path) => path.endsWith('.md'));
  for (const document of documents) {
    for (const [, target] of readFileSync(join(installed, document), 'utf8').matchAll(/\]\(([^):#]+)(?:#[^)]*)?\)/g)) {
      if (!existsSync(join(installed, dirname(document), target))) fail(`${document} leads to ${target}, which the package does not have`);
    }
  }
}

/** What a door exports has a docstring, and what docstrings link to is in reach, in the declarations that editors read. */
function explainsItself() {
  const installed = join(folder, 'node_modules', manifest.name);
  const declarations = Object.values(manifest.exports).flatMap((door) => (door.import ? join(installed, door.import.types) : []));
  const faults = docstringFaults(installed, declarations);
  if (faults.length > 0) fail(`docstrings\n  ${faults.join('\n  ')}`);
}

/**
 * As users' compilers resolve: node16 for both kinds, a bundler's way for ESM. The package's own types are checked too,
 * and those of every door without the DOM library. Node's types are always there: RxJS's own do not compile without a timer.
 */
function typeChecks() {
  const [node16, bundler] = [{ module: 'node16' }, { module: 'esnext', moduleResolution: 'bundler' }];
  const alone = readdirSync(join(folder, 'alone')).map((program) => `alone/${program}`);
  return [
    ['node16', node16, ['consumer.mts', 'consumer.cts']],
    ['bundler', bundler, ['consumer.mts', 'dom.mts']],
    ['no-dom', { ...node16, lib: ['es2022'] }, ['consumer.mts', ...alone]],
  ].map(([name, own, files]) => {
    const config = join(folder, `tsconfig.${name}.json`);
    const compilerOptions = { ...own, target: 'es2022', types: ['node'], strict: true, noEmit: true, exactOptionalPropertyTypes: true };
    writeFileSync(config, JSON.stringify({ compilerOptions, files }));
    return run(join(folder, 'node_modules/typescript/bin/tsc'), ['-p', config], folder);
  });
}

/**
 * What a program exports without a type of its own is declared under the names of the one door that it imports (TS2883 if
 * a name is missing). One program for each, as another door's names would do; what they all read is read once.
 */
function namesItsTypes() {
  const { Node16: module } = ts.ModuleKind;
  const options = { module, target: ts.ScriptTarget.ES2022, types: ['node'], strict: true, declaration: true, skipLibCheck: true };
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  const files = new Map();
  host.getCurrentDirectory = () => folder;
  host.getSourceFile = (file, ...rest) => files.get(file) ?? files.set(file, getSourceFile(file, ...rest)).get(file);
  for (const program of readdirSync(join(folder, 'alone'))) {
    const faults = ts.getPreEmitDiagnostics(ts.createProgram([join(folder, 'alone', program)], options, host));
    if (faults.length > 0) fail(`a program of one door alone\n${ts.formatDiagnostics(faults, host)}`);
  }
}

/** What the command printed; if it fails, all it printed is shown and the check ends. */
async function run(command, args, cwd) {
  try {
    const { stdout } = await promisify(execFile)(command, args, { cwd, maxBuffer: 1 << 26 });
    return stdout;
  } catch (error) {
    return fail(`${[command, ...args].join(' ')}\n${failureOf(error)}`);
  }
}

function fail(message) {
  console.error(`check-package: ${message}`);
  process.exit(1);
}
