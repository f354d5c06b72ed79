// Registers the conformance suite with jest: a case each, skipped ones with their reason in the title.

import { conformance, type ConformanceOptions } from '../../src/testing/conformance.js';

export function describeConformance(name: string, options: ConformanceOptions): void {
  describe(`conformance of ${name}`, () => {
    for (const one of conformance(options)) {
      if (one.skipped === undefined) it(one.name, () => one.run());
      else it.skip(`${one.name}: ${one.skipped}`, () => one.run());
    }
  });
}
