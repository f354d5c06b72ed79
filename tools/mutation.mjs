// `npm run mutation`: mutates the ground floor, room by room, and fails below 85 %. `npm run mutation -- engine` runs one
// group. It is no part of `npm test`: it takes the better part of an hour. Reports are in reports/mutation.
//
// A group is what some specs are about. All that stands on the ground floor would find its mutants too, at a hundred
// times the price.

import { Stryker } from '@stryker-mutator/core';

const BYTES = '{byte-operator,byte-queue,decode-utf8,line-reader,utf8,is-bytes}';
const WORDS = '{describe,flow-error,format-error,check-*}';
const LIFETIMES = '*-lifetime';

const GROUPS = {
  engine: { mutate: ['src/engine/**/*.ts'], specs: ['engine/**'] },
  flow: {
    // The rest of the room, so that a new file is in a group from the start.
    mutate: ['src/flow/*.ts', ...[BYTES, WORDS, LIFETIMES].map((some) => `!src/flow/${some}.ts`)],
    specs: [`flow/!(${[BYTES, WORDS, LIFETIMES].join('|')})`, 'memory/pair'],
  },
  bytes: filesOf(BYTES),
  words: filesOf(WORDS),
  lifetimes: filesOf(LIFETIMES),
};
const LEAST = 85;

const names = process.argv.slice(2);
for (const name of names) if (!(name in GROUPS)) throw new Error(`no group ${name}; there are ${Object.keys(GROUPS).join(', ')}`);

const lines = [];
const all = [];
for (const name of names.length > 0 ? names : Object.keys(GROUPS)) {
  const mutants = await run(name, GROUPS[name]);
  all.push(...mutants);
  lines.push(`${name.padEnd(12)}${summary(mutants)}`);
}
console.log(`\n${lines.join('\n')}\n${'all'.padEnd(12)}${summary(all)}`);
if (!(score(all) >= LEAST)) process.exitCode = 1;

/** Files of the flow room, with the specs that are named like them. */
function filesOf(some) {
  return { mutate: [`src/flow/${some}.ts`], specs: [`flow/${some}`] };
}

function run(name, { mutate, specs }) {
  const stryker = new Stryker({
    mutate,
    jest: {
      configFile: 'jest.config.ts',
      enableFindRelatedTests: false,
      config: {
        testMatch: specs.map((spec) => `<rootDir>/spec/${spec}.spec.ts`),
        testEnvironment: 'node', // of one that is named by a path, Stryker knows no `<rootDir>`
        setupFilesAfterEnv: ['<rootDir>/tools/mutation-setup.cjs'],
      },
    },
    htmlReporter: { fileName: `reports/mutation/${name}.html` },
    incrementalFile: `reports/mutation/${name}.json`,
    tempDirName: `.stryker-tmp/${name}`,
  });
  return stryker.runMutationTest();
}

function summary(mutants) {
  const left = mutants.filter(isAlive).length;
  return `${score(mutants).toFixed(1).padStart(5)} % of ${mutants.filter(counts).length} mutants found, ${left} survived`;
}

function score(mutants) {
  const valid = mutants.filter(counts);
  return (100 * valid.filter((mutant) => !isAlive(mutant)).length) / valid.length;
}

function counts({ status }) {
  return ['Killed', 'Timeout', 'Survived', 'NoCoverage'].includes(status);
}

function isAlive({ status }) {
  return status === 'Survived' || status === 'NoCoverage';
}
