// For mutation tests only, before each file of specs: what makes thousands of runs bearable.

const os = require('node:os');

// The specs that go round a loop a million times are about the stack and about time; a mutant that concerns either shows
// itself elsewhere too.
const LONG = /million|00,000|linear time/;

// Loading these takes longer than most specs do, so each is made ready when a spec asks for it.
whenLoaded('fast-check', (fc) => {
  // One seed: what a mutant comes to must not be a matter of luck.
  fc.configureGlobal({ ...fc.readConfigureGlobal(), numRuns: 25, seed: 1 });
});
whenLoaded('rxjs', ({ config }) => {
  config.onUnhandledError = (error) => {
    // Where the test runs the timers itself, the error is its own to catch.
    if ('clock' in globalThis.setTimeout) throw error;
    unhandled.push(error);
  };
});

function whenLoaded(name, prepare) {
  jest.mock(name, () => {
    const loaded = jest.requireActual(name);
    prepare(loaded);
    return loaded;
  });
}

// One failed test is enough to find a mutant, and Jest's callers have no such option. A module of Node's own is what the
// files of one run have in common.
const FOUND = Symbol.for('rxjs-flow/found-mutant');
const mutant = process.env['__STRYKER_ACTIVE_MUTANT__'];

// They are left out, not skipped: a skipped test counts as having run whatever is loaded after it.
const original = globalThis.it;
globalThis.it = Object.assign((name, test, ms) => LONG.test(name) || original(name, noting(test), ms), original, {
  each: (...table) => (name, test, ms) => LONG.test(name) || original.each(...table)(name, noting(test), ms),
});

/** Runs the test unless the mutant has been found; notes if this test finds it. */
function noting(test) {
  return (...args) => {
    if (mutant !== undefined && os[FOUND] === mutant) throw new Error('found already');
    try {
      const result = test(...args);
      return typeof result?.then === 'function' ? result.then(undefined, found) : result;
    } catch (error) {
      return found(error);
    }
  };
}

function found(error) {
  os[FOUND] = mutant;
  throw error;
}

// What RxJS has nobody to tell fails a test, instead of ending the process that runs the mutants.
const unhandled = [];
globalThis.afterEach(() => {
  if (unhandled.length > 0) found(unhandled.splice(0)[0]);
});
