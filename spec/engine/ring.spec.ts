import fc from 'fast-check';
import { Ring } from '../../src/engine/ring.js';

describe('Ring', () => {
  it('gives entries back in the order they came', () => {
    const ring = new Ring<number>();
    for (let i = 0; i < 100; i += 1) ring.push(i);
    expect(ring.length).toBe(100);
    expect(ring.peek()).toBe(0);
    expect(Array.from({ length: 100 }, () => ring.shift())).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(ring.length).toBe(0);
  });

  it('pops the newest and leaves the rest', () => {
    const ring = new Ring<string>();
    for (const item of ['a', 'b', 'c']) ring.push(item);
    expect(ring.last()).toBe('c');
    expect(ring.pop()).toBe('c');
    expect(ring.shift()).toBe('a');
    expect(ring.length).toBe(1);
    expect(ring.peek()).toBe('b');
  });

  it('is empty and usable after clear', () => {
    const ring = new Ring<number>();
    for (let i = 0; i < 40; i += 1) ring.push(i);
    ring.clear();
    expect(ring.length).toBe(0);
    ring.push(7);
    expect(ring.shift()).toBe(7);
  });

  it('goes on in order after a large backlog has been emptied', () => {
    const ring = new Ring<number>();
    for (let i = 0; i < 10_000; i += 1) ring.push(i);
    expect(Array.from({ length: 10_000 }, () => ring.shift())).toEqual(Array.from({ length: 10_000 }, (_, i) => i));
    for (let i = 0; i < 20; i += 1) ring.push(i);
    for (let i = 0; i < 20; i += 1) expect(ring.shift()).toBe(i);
  });

  it('behaves as an array does under any sequence of calls', () => {
    const call = fc.oneof(fc.record({ push: fc.integer() }), fc.constantFrom('shift' as const, 'pop' as const, 'clear' as const));
    fc.assert(
      fc.property(fc.array(call, { maxLength: 200 }), (calls) => {
        const ring = new Ring<number>();
        const model: number[] = [];
        for (const one of calls) {
          if (typeof one === 'object') {
            ring.push(one.push);
            model.push(one.push);
          } else if (one === 'clear') {
            ring.clear();
            model.length = 0;
          } else if (model.length > 0) {
            expect(one === 'shift' ? ring.shift() : ring.pop()).toBe(one === 'shift' ? model.shift() : model.pop());
          }
          expect(ring.length).toBe(model.length);
          if (model.length > 0) expect([ring.peek(), ring.last()]).toEqual([model[0], model.at(-1)]);
        }
      }),
    );
  });
});
