#!/usr/bin/env node
/** The command `rxjs-flow`. What it can do is in `program.ts` and the files beside it. */
import { CommanderError } from 'commander';
import { makeProgram } from './program.js';
import { watchOutput } from './watch-output.js';

watchOutput();
try {
  await makeProgram().parseAsync();
} catch (error) {
  // Commander has said what is wrong with the command line, or shown the help or the version that it was asked for.
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}
