// What editors show of the declarations: every name that a door exports needs a docstring, and every {@link} a target. The
// sources do not tell: the compiler drops an import that docstrings alone use, and the link is dead in the declaration.

import { relative } from 'node:path';
import ts from 'typescript';

/**
 * What is wrong, a line each: the file, the symbol, the fault.
 *
 * @param {string} folder the package as it is installed
 * @param {string[]} doors the declarations of its doors, absolute
 * @returns {string[]}
 */
export function docstringFaults(folder, doors) {
  const program = ts.createProgram(doors, { module: ts.ModuleKind.Node16, target: ts.ScriptTarget.ES2022, types: ['node'] });
  const checker = program.getTypeChecker();
  const ownFiles = program.getSourceFiles().filter(({ fileName }) => !relative(folder, fileName).startsWith('..'));
  const faults = [...doors.flatMap((door) => undocumented(checker, program.getSourceFile(door))), ...ownFiles.flatMap((file) => deadLinks(checker, file))];
  return [...new Set(faults.map(({ file, symbol, fault }) => `${relative(folder, file)}: ${symbol}: ${fault}`))];
}

function undocumented(checker, door) {
  const names = checker.getExportsOfModule(checker.getSymbolAtLocation(door));
  const originals = names.map((name) => (name.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(name) : name));
  const bare = originals.filter((original) => original.getDocumentationComment(checker).length === 0);
  return bare.map(({ name, declarations }) => ({ file: declarations[0].getSourceFile().fileName, symbol: name, fault: 'no docstring' }));
}

function deadLinks(checker, file) {
  const faults = [];
  const walk = (node) => {
    // A name that is followed by `://` is a URL's scheme.
    if (ts.isJSDocLink(node) && !node.text.startsWith('://') && (node.name === undefined || !checker.getSymbolAtLocation(node.name))) {
      const symbol = ts.findAncestor(node, ts.isJSDoc).parent.name?.getText(file) ?? 'the file';
      faults.push({ file: file.fileName, symbol, fault: `${node.getText(file)} has no target here` });
    }
    node.getChildren(file).forEach(walk); // docstrings among them
  };
  walk(file);
  return faults;
}
