// Registers the conformance suite with jest: a case each, skipped ones with their reason in the title.

import { conformance, type ConformanceCase, type ConformanceOptions } from '../../src/testing/conformance.js';
import { runAhead } from './run-ahead.js';
import { inVirtualTime, useVirtualTime } from './virtual-time.js';

/** For a case that hangs: with so many at once on a busy machine, one that does not may well take seconds. */
const CASE_LIMIT_MS = 15_000;
/** More than a case may take in all, so that the case's own limit is what ends it, with its own message. */
const JEST_LIMIT_MS = 20_000;
/** Cases at once: most of a case's time is waiting for what must not happen. */
const LANES = 16;

/** In real time, for whatever reaches out of this process. */
export function describeConformance(name: string, options: ConformanceOptions): void {
  describeCases(name, options, (cases) => {
    const ahead = runAhead(cases.map((one) => () => one.run()), LANES);
    cases.forEach(({ name: title }, at) => it(title, () => ahead.run(at), JEST_LIMIT_MS));
    // One case asked for by its name starts some that nobody waits for.
    afterAll(() => ahead.settled(), JEST_LIMIT_MS);
  });
}

/** In virtual time, for flows in memory. */
export function describeConformanceInVirtualTime(name: string, options: ConformanceOptions): void {
  describeCases(name, options, (cases) => {
    beforeEach(useVirtualTime);
    afterEach(() => jest.useRealTimers());
    for (const one of cases) it(one.name, () => inVirtualTime(() => one.run()), JEST_LIMIT_MS);
  });
}

function describeCases(name: string, options: ConformanceOptions, register: (cases: readonly ConformanceCase[]) => void): void {
  describe(`conformance of ${name}`, () => {
    const cases = conformance({ timeLimitMs: CASE_LIMIT_MS, ...options, capabilities: { endingsEmit: true, keepsUnread: true, ...options.capabilities } });
    for (const { name: title, skipped } of cases.filter((one) => one.skipped !== undefined)) it.skip(`${title}: ${skipped}`, () => undefined);
    register(cases.filter(({ skipped }) => skipped === undefined));
  });
}
