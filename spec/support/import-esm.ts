// Specs run as CommonJS, in a context where `import()` is not available. This imports a package that exists as ESM
// only, with Node's own loader. Its classes are those outside of jest's context: compare values, not prototypes.

import { compileFunction, constants } from 'node:vm';

const load = compileFunction('return import(specifier)', ['specifier'], {
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
}) as (specifier: string) => Promise<unknown>;

/** `await importEsm<typeof import('split2')>('split2')`, resolved from the root of the project. */
export async function importEsm<Module>(specifier: string): Promise<Module> {
  return (await load(specifier)) as Module;
}
