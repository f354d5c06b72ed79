import { deliveryDepth } from '../../../src/engine/demand.js';
import { TapeGate } from '../../../src/inspect/tape/tape-gate.js';
import { holdDeliveries } from '../../support/hold-deliveries.js';

/** A gate that is held, and what lets go of it. */
function heldGate(): { gate: TapeGate; letGo: () => void } {
  const gate = new TapeGate();
  return { gate, letGo: hold(gate) };
}

function hold(gate: TapeGate): () => void {
  let letGo = () => {};
  gate.telling(() => (letGo = holdDeliveries()!));
  return letGo;
}

describe('the gate of a tape', () => {
  it('is open where nobody holds the tape, and lets pass at once', () => {
    const gate = new TapeGate();
    gate.telling(() => {});
    const passed = jest.fn();
    gate.passed.subscribe({ complete: passed });
    expect(gate.isOpen).toBe(true);
    expect(passed).toHaveBeenCalledTimes(1);
  });

  it('lets pass once the last has let go', () => {
    const { gate, letGo } = heldGate();
    const letGoToo = hold(gate);
    const passed = jest.fn();
    gate.passed.subscribe({ complete: passed });
    letGo();
    expect([gate.isOpen, passed.mock.calls.length]).toEqual([false, 0]);
    letGoToo();
    expect([gate.isOpen, passed.mock.calls.length]).toEqual([true, 1]);
  });

  it('lets pass in order, also those who come meanwhile, and no further than to the next hold', () => {
    const { gate, letGo } = heldGate();
    const seen: string[] = [];
    const come = (who: string, act = () => {}) =>
      gate.passed.subscribe({
        complete: () => {
          seen.push(who);
          act();
        },
      });
    let letGoAgain = () => {};
    come('first', () => come('fourth'));
    come('gone').unsubscribe();
    come('second', () => (letGoAgain = hold(gate)));
    come('third');
    letGo();
    expect(seen).toEqual(['first', 'second']);
    letGoAgain();
    expect(seen).toEqual(['first', 'second', 'third', 'fourth']);
    expect(gate.isOpen).toBe(true);
  });

  it('stands on the stack of deliveries once while the tape tells, also inside another event, and never after', () => {
    const gate = new TapeGate();
    const depths: number[] = [];
    gate.telling(() => {
      gate.telling(() => depths.push(deliveryDepth()));
      depths.push(deliveryDepth());
    });
    const broken = () => {
      throw new Error('listener');
    };
    expect(() => gate.telling(broken)).toThrow('listener');
    expect([...depths, deliveryDepth()]).toEqual([1, 1, 0]);
    hold(gate);
    expect(gate.isOpen).toBe(false);
  });

  it('is open for good when the flow is over, and leaves nothing behind', () => {
    const { gate } = heldGate();
    const passed = jest.fn();
    gate.passed.subscribe({ complete: passed });
    gate.end();
    hold(gate);
    gate.passed.subscribe({ complete: passed });
    expect(gate.isOpen).toBe(true);
    expect(passed).toHaveBeenCalledTimes(2);
    const slots = (globalThis as unknown as Record<symbol, { slots: unknown[] }>)[Symbol.for('rxjs-flow/deliveries/1')]!.slots;
    expect(slots.filter((slot) => slot !== null)).toEqual([]);
  });
});
