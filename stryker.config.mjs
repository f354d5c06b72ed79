// What all mutation tests have in common; tools/mutation.mjs says which specs are about which sources, and runs them.

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  testRunner: 'jest',
  ignorePatterns: ['dist', 'bench', 'examples', 'docs', 'coverage', 'scratch'],
  coverageAnalysis: 'perTest',
  // A mutant of what runs as a module is loaded would have to run every spec.
  ignoreStatic: true,
  concurrency: 2,
  // Long enough that a busy machine's slowness does not pass for a mutant that was found.
  timeoutMS: 20_000,
  reporters: ['clear-text', 'progress', 'html'],
  clearTextReporter: { allowColor: false, reportTests: false, skipFull: true },
  incremental: true,
};
