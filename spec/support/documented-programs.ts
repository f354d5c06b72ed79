/**
 * The programs that a document shows: each fenced block marked `ts run`, with the `text` block behind it as what it
 * prints. They are found here, type-checked together, and run one by one.
 */
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';

export interface DocumentedProgram {
  readonly document: string;
  /** Line of the block's first line of code, from 1. */
  readonly line: number;
  readonly code: string;
  /** What it prints, line by line. */
  readonly prints: readonly string[];
}

const ROOT = resolve(__dirname, '../..');

export function programsOf(document: string): DocumentedProgram[] {
  const markdown = readFileSync(join(ROOT, document), 'utf8');
  const block = /^```ts run\n([\s\S]*?)^```\n(?:\s*^```text\n([\s\S]*?)^```\n)?/gm;
  return Array.from(markdown.matchAll(block), (match) => ({
    document,
    line: markdown.slice(0, match.index).split('\n').length + 1,
    code: match[1]!,
    prints: (match[2] ?? '').split('\n').filter((line) => line !== ''),
  }));
}

/** What the compiler has to say of the programs, under the project's own strictness; empty if all is well. */
export function typeErrorsOf(programs: readonly DocumentedProgram[]): string[] {
  const config = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, ROOT);
  const sources = new Map(programs.map((program) => [nameOf(program), `${program.code}\nexport {};\n`]));
  const host = ts.createCompilerHost(options);
  const read = host.readFile.bind(host);
  host.fileExists = (path) => sources.has(path) || ts.sys.fileExists(path);
  host.readFile = (path) => sources.get(path) ?? read(path);
  const parse = host.getSourceFile.bind(host);
  host.getSourceFile = (path, version) => {
    const source = sources.get(path);
    return source === undefined ? parse(path, version) : ts.createSourceFile(path, source, version);
  };
  const program = ts.createProgram([...sources.keys()], options, host);
  // Only what the documents show: the rest of the project has its own type check.
  const diagnostics = [...sources.keys()].flatMap((name) => ts.getPreEmitDiagnostics(program, program.getSourceFile(name)));
  return diagnostics.map((one) => `${one.file?.fileName.slice(ROOT.length + 1) ?? ''}: ${ts.flattenDiagnosticMessageText(one.messageText, ' ')}`);
}

/** As if the program were a file in the checkout, so that its imports resolve as those of the examples do. */
function nameOf({ document, line }: DocumentedProgram): string {
  return join(ROOT, dirname(document), 'examples', `${document.replace(/\W/g, '-')}-line-${line}.ts`);
}

/** Runs the program; resolves with what it has printed as soon as that is as many lines as it promises. */
export function run(program: DocumentedProgram, modules: (name: string) => unknown): Promise<string[]> {
  const { outputText } = ts.transpileModule(program.code, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true },
  });
  return new Promise((resolve, reject) => {
    const printed: string[] = [];
    const log = (...words: unknown[]) => {
      printed.push(words.map(String).join(' '));
      if (printed.length === program.prints.length) resolve(printed);
    };
    // In this realm and not in one of node:vm's, so that a program's Uint8Array is the package's.
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    const body = new Function('require', 'exports', 'console', `return (async () => {${outputText}\n})()`) as (
      ...args: unknown[]
    ) => Promise<void>;
    body(modules, {}, { log }).catch(reject);
  });
}
