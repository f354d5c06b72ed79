// What all decorators have in common: the contract, on either end of a pair, alone and stacked.

import { of } from 'rxjs';
import { concrete } from '../../src/combinators/concrete.js';
import { limitRate } from '../../src/combinators/limit-rate.js';
import { measured } from '../../src/combinators/measured.js';
import { named } from '../../src/combinators/named.js';
import { withIdleTimeout } from '../../src/combinators/with-idle-timeout.js';
import { DETACH } from '../../src/flow/detached.js';
import type { Flow } from '../../src/flow/flow.js';
import { flowPair } from '../../src/memory/pair.js';
import type { ConformanceOptions } from '../../src/testing/conformance.js';
import { describeConformanceInVirtualTime } from '../support/run-conformance.js';
import { isDetached } from '../support/is-detached.js';

/** Fast enough never to wait, or slow enough to wait all the time. */
const fast = { bytesPerSecond: 1e12, burst: 2 ** 40 };
const slow = { bytesPerSecond: 1e8, burst: 50_000 };

const inMemory = { immediate: true, byReference: true };
const inPieces = { immediate: 'the rate holds it back' };

const subjects: [string, (flow: Flow) => Flow, ConformanceOptions['capabilities']][] = [
  ['named', (flow) => named(flow, 'renamed'), inMemory],
  ['measured', (flow) => measured(flow).flow, inMemory],
  ['withIdleTimeout', (flow) => withIdleTimeout(flow, 60_000), inMemory],
  ['limitRate, never reached', (flow) => limitRate(flow, fast), inMemory],
  ['limitRate, always reached', (flow) => limitRate(flow, slow), inPieces],
  ['all of them at once', (flow) => withIdleTimeout(measured(limitRate(named(flow, 'all'), fast)).flow, 60_000), inMemory],
];

for (const [name, decorate, capabilities = {}] of subjects) {
  // Both ends are decorated alike, so that one side stands for both.
  const create = () => of(flowPair().map(decorate) as [Flow, Flow]);
  describeConformanceInVirtualTime(name, { create, capabilities, sides: 'a→b' });
}

const decorators: [string, (flow: Flow) => Flow][] = [
  ['named', (flow) => named(flow, 'renamed')],
  ['measured', (flow) => measured(flow).flow],
  ['withIdleTimeout', (flow) => withIdleTimeout(flow, 1000)],
  ['concrete', concrete],
  ['limitRate', (flow) => limitRate(flow, fast)],
];

describe.each(decorators)('%s', (name, decorate) => {
  it('passes a detach on to the flow inside', () => {
    const [inner] = flowPair();
    const flow = decorate(inner) as Flow & { [DETACH](): void };
    expect(isDetached(flow)).toBe(false);
    flow[DETACH]();
    expect(isDetached(inner)).toBe(true);
    expect(isDetached(flow)).toBe(true);
    flow.abort();
  });

  it('has the name of the flow inside, unless naming is its job', () => {
    const flow = decorate(flowPair({ name: 'inner' })[0]);
    expect(flow.name).toBe(name === 'named' ? 'renamed' : 'inner a');
    flow.abort();
  });

  it('throws a TypeError for anything but a flow', () => {
    expect(() => decorate('x' as never)).toThrow(new RegExp(`^${name}: flow must be a Flow, not a string$`));
    expect(() => decorate('x' as never)).toThrow(TypeError);
  });
});
