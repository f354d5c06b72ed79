// Checks the types of the programs that the documents show, as a part of `npm run typecheck`: under the project's own
// strictness, as if each were a file among the examples. That they print what they say is spec/readme.spec.ts's matter.

import { dirname, join } from 'node:path';
import ts from 'typescript';
import { documents, programsOf, type DocumentedProgram } from '../spec/support/documented-programs.js';

const root = process.cwd();
const errors = typeErrorsOf(documents().flatMap(programsOf));
if (errors.length > 0) {
  process.stderr.write(`${errors.join('\n')}\n`);
  process.exitCode = 1;
}

function typeErrorsOf(programs: readonly DocumentedProgram[]): string[] {
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
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
  // Only what the documents show: the rest of the project is checked by itself.
  const diagnostics = [...sources.keys()].flatMap((name) => ts.getPreEmitDiagnostics(program, program.getSourceFile(name)));
  return diagnostics.map(({ file, start, messageText }) => {
    const line = file === undefined || start === undefined ? '' : `:${file.getLineAndCharacterOfPosition(start).line + 1}`;
    return `${file?.fileName.slice(root.length + 1) ?? ''}${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}

/** As if the program were a file in the checkout, so that its imports resolve as those of the examples do. */
function nameOf({ document, line }: DocumentedProgram): string {
  return join(root, dirname(document), 'examples', `${document.replace(/\W/g, '-')}-line-${line}.ts`);
}
