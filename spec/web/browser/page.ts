// What the browser's specs call in a page.

import { conformance } from '../../../src/testing/conformance.js';
import { formatError } from '../../../src/flow/format-error.js';
import { TRANSPORTS } from './transports.js';

/** Runs a case; `undefined` if the flows behave, else what the case says. */
async function runCase(transport: string, name: string): Promise<string | undefined> {
  const one = conformance(TRANSPORTS[transport]!).find((candidate) => candidate.name === name);
  try {
    await one!.run();
    return undefined;
  } catch (error) {
    return formatError(error);
  }
}

Object.assign(globalThis, { runCase });
