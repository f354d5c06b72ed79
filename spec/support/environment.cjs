// Jest's environment for Node, less what jest's own runner (30) leaves behind with each spec file: an AsyncLocalStorage,
// which every Promise made in that process from then on pays for. A spec file with many Promises took three times as
// long in a worker that had run sixty others.

const { AsyncLocalStorage } = require('node:async_hooks');
const { TestEnvironment } = require('jest-environment-node');

/** Those that the present spec file's run has made use of. */
const inUse = new Set();

const { run } = AsyncLocalStorage.prototype;
AsyncLocalStorage.prototype.run = function (...given) {
  inUse.add(this);
  return run.apply(this, given);
};

module.exports = class SpecEnvironment extends TestEnvironment {
  async teardown() {
    for (const storage of inUse) storage.disable();
    inUse.clear();
    await super.teardown();
  }
};
