// Checks a tree of sources against the table of rooms: who may import whom, where Node may be named, and no cycles, of
// files or of the folders of a room. A pure function of paths and texts; it reads no files, so a spec can hand it a tree
// with every fault in it.

import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import ts from 'typescript';

/** Source texts by their path from the root of the project, e.g. `src/flow/flow.ts`. */
export type SourceTree = Readonly<Record<string, string>>;

interface Room {
  /** The rooms, or single files, that it may import beside itself. `'any'`: all rooms, though never a door. */
  readonly imports: readonly (string | RegExp)[] | 'any';
  readonly node: 'allowed' | 'forbidden';
  readonly packages?: 'forbidden';
}

const NODE_STREAM_BRIDGE = /^src\/node\/node-stream\/native-node-stream\.ts$/;

const RUNTIME = /^src\/node\/runtime\.ts$/;

const ROOMS: Readonly<Record<string, Room>> = {
  engine: { imports: [], node: 'forbidden', packages: 'forbidden' },
  flow: { imports: ['engine'], node: 'forbidden' },
  // Copying runs engine to engine, and pairs are two engines back to back.
  memory: { imports: ['flow', 'engine'], node: 'forbidden' },
  combinators: { imports: ['flow', 'engine'], node: 'forbidden' },
  codec: { imports: ['flow'], node: 'forbidden' },
  inspect: { imports: ['flow', 'memory'], node: 'forbidden' },
  testing: { imports: ['flow', 'memory'], node: 'forbidden' },
  // What adapters of several platforms say to each other: frames, and what closes mean.
  protocol: { imports: ['flow'], node: 'forbidden' },
  node: { imports: ['flow', 'protocol'], node: 'allowed' },
  web: { imports: ['flow', 'protocol'], node: 'forbidden' },
  http2: { imports: ['flow', NODE_STREAM_BRIDGE, RUNTIME], node: 'allowed' },
  angular: { imports: 'any', node: 'allowed' },
  cli: { imports: 'any', node: 'allowed' },
};

/** One line per fault, sorted; an empty array for a sound tree. */
export function architectureFaults(tree: SourceTree): string[] {
  const imports = new Map(Object.entries(tree).map(([path, text]) => [path, importsOf(path, text, tree)]));
  const faults = [...imports].flatMap(([path, targets]) => targets.flatMap((target) => faultOf(path, target)));
  return [...faults, ...cycles(imports), ...cycles(betweenFolders(imports))].sort();
}

/** What a file imports: project files by path, everything else as `package:` and its name, without duplicates. */
function importsOf(path: string, text: string, tree: SourceTree): string[] {
  const specifiers = ts.preProcessFile(text, true, true).importedFiles.map((file) => file.fileName);
  return [...new Set(specifiers.map((specifier) => resolve(path, specifier, tree)))];
}

function resolve(path: string, specifier: string, tree: SourceTree): string {
  if (!specifier.startsWith('.')) return `package:${specifier}`;
  const target = posix.join(posix.dirname(path), specifier);
  const source = target.replace(/\.js$/, '.ts');
  return source in tree || source.endsWith('.ts') ? source : `${target}.ts`;
}

function faultOf(path: string, target: string): string[] {
  const from = roomOf(path);
  const name = target.startsWith('package:') ? target.slice('package:'.length) : undefined;
  if (from === undefined) return isDoor(target) ? [`${path}: a door may not import another door, ${target}`] : [];
  const room = ROOMS[from];
  if (room === undefined) return [`${path}: src/${from} is not in the table of rooms`];
  return name === undefined ? projectFault(path, from, room, target) : packageFault(path, from, room, name);
}

function projectFault(path: string, from: string, room: Room, target: string): string[] {
  if (!target.startsWith('src/')) return [`${path}: ${from} may not import ${target}, outside of src`];
  if (isDoor(target)) return [`${path}: ${from} may not import the door ${target}`];
  const to = roomOf(target);
  if (to === from || room.imports === 'any') return [];
  const allowed = room.imports.some((entry) => (typeof entry === 'string' ? entry === to : entry.test(target)));
  return allowed ? [] : [`${path}: ${from} may not import ${String(to)} (${target})`];
}

function packageFault(path: string, from: string, room: Room, name: string): string[] {
  if (name === 'rxjs-flow' || name.startsWith('rxjs-flow/')) return [`${path}: ${from} may not import the door ${name}`];
  if (isNodeModule(name)) {
    return room.node === 'allowed' ? [] : [`${path}: ${from} may not import Node (${name})`];
  }
  return room.packages === 'forbidden' ? [`${path}: ${from} may not import a package (${name})`] : [];
}

function isNodeModule(name: string): boolean {
  return name.startsWith('node:') || builtinModules.includes(name);
}

/** `undefined` for what is in no room: doors, and files outside of src. */
function roomOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

function isDoor(path: string): boolean {
  return /^src\/[^/]+$/.test(path);
}

/** Which folder of a room imports which other one of it. Files that stand in the room itself are for all of its folders. */
function betweenFolders(imports: ReadonlyMap<string, readonly string[]>): Map<string, string[]> {
  const folders = new Map<string, string[]>();
  for (const [path, targets] of imports) {
    const from = folderOf(path);
    if (from === undefined) continue;
    const others = targets.filter((target) => roomOf(target) === roomOf(path)).map(folderOf);
    const to = folders.get(from) ?? [];
    folders.set(from, [...to, ...others.filter((other) => other !== undefined && other !== from && !to.includes(other))] as string[]);
  }
  return folders;
}

/** `undefined` for what is in no folder of a room. */
function folderOf(path: string): string | undefined {
  return /^src\/[^/]+\/[^/]+(?=\/)/.exec(path)?.[0];
}

/** Each cycle once, type-only imports included: a depth-first walk that reports the way back to a file still open. */
function cycles(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const open: string[] = [];
  const found: string[] = [];
  const visit = (path: string): void => {
    if (done.has(path)) return;
    const start = open.indexOf(path);
    if (start >= 0) {
      found.push(`import cycle: ${[...open.slice(start), path].join(' -> ')}`);
      return;
    }
    open.push(path);
    for (const target of imports.get(path) ?? []) visit(target);
    open.pop();
    done.add(path);
  };
  for (const path of imports.keys()) visit(path);
  return found;
}
