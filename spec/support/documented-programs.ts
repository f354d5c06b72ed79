/**
 * The programs that the documents show: each fenced block marked `ts run`, with the `text` block behind it as what it
 * prints. They are found here and run one by one; `npm run typecheck` is what checks their types.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

export interface DocumentedProgram {
  readonly document: string;
  /** Line of the block's first line of code, from 1. */
  readonly line: number;
  readonly code: string;
  /** What it prints, line by line. */
  readonly prints: readonly string[];
}

/** Where npm runs all its scripts. */
const ROOT = process.cwd();

/** The README and what is in `docs`, by their paths from the root. */
export function documents(): string[] {
  return ['README.md', ...readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)];
}

export function programsOf(document: string): DocumentedProgram[] {
  const markdown = readFileSync(join(ROOT, document), 'utf8');
  const block = /^```ts run\n([\s\S]*?)^```\n(?:\s*^```text\n([\s\S]*?)^```\n)?/gm;
  return Array.from(markdown.matchAll(block), (match) => ({
    document,
    line: markdown.slice(0, match.index).split('\n').length + 1,
    code: match[1]!,
    prints: linesOf(match[2] ?? ''),
  }));
}

/** All but the empty ones. */
function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

/** Runs the program; resolves with what it has printed as soon as that is as many lines as it promises. */
export function run(program: DocumentedProgram, modules: (name: string) => unknown): Promise<string[]> {
  const { outputText } = ts.transpileModule(program.code, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true },
  });
  return new Promise((resolve, reject) => {
    const printed: string[] = [];
    const log = (...words: unknown[]) => {
      printed.push(...linesOf(words.map(String).join(' ')));
      if (printed.length >= program.prints.length) resolve(printed);
    };
    // In this realm and not in one of node:vm's, so that a program's Uint8Array is the package's.
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    const body = new Function('require', 'exports', 'console', `return (async () => {${outputText}\n})()`) as (
      ...args: unknown[]
    ) => Promise<void>;
    body(modules, {}, { log }).catch(reject);
  });
}
