import { checkFlow } from '../../src/flow/check-flow.js';
import type { Flow } from '../../src/flow/flow.js';
import { flowPair } from '../../src/memory/pair.js';

const OPERATIONS = ['read', 'write', 'writev', 'shutdown', 'close', 'abort'];

/** What a flow of another's making has at least. */
function foreign(): Record<string, unknown> {
  return Object.fromEntries(OPERATIONS.map((operation) => [operation, () => undefined]));
}

describe('checkFlow', () => {
  it("accepts a flow of this package, and another's with every operation", () => {
    expect(() => checkFlow('copy: src', flowPair()[0])).not.toThrow();
    expect(() => checkFlow('copy: src', foreign() as never)).not.toThrow();
  });

  it.each([
    ['abc', 'a string'],
    [null, 'null'],
    [undefined, 'undefined'],
    [{}, 'an object'],
    [Object.assign(() => 1, foreign()), 'a function'],
  ])('names what came instead: %p', (value, came) => {
    expect(() => checkFlow('copy: src', value as never)).toThrow(new TypeError(`copy: src must be a Flow, not ${came}`));
  });

  it.each(OPERATIONS)('refuses an object without %s()', (operation) => {
    expect(() => checkFlow('copy: src', { ...foreign(), [operation]: true } as unknown as Flow)).toThrow(TypeError);
  });
});
