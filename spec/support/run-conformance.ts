// Registers the conformance suite with jest: a case each, skipped ones with their reason in the title.

import { conformance, type ConformanceOptions } from '../../src/testing/conformance.js';

/** More than a case may take in all, so that the case's own limit is what ends it, with its own message. */
const JEST_LIMIT_MS = 10_000;

export function describeConformance(name: string, options: ConformanceOptions): void {
  describe(`conformance of ${name}`, () => {
    for (const one of conformance(options)) {
      if (one.skipped === undefined) it(one.name, () => one.run(), JEST_LIMIT_MS);
      else it.skip(`${one.name}: ${one.skipped}`, () => one.run());
    }
  });
}
