import { deliveries, holdDeliveries, type Delivery } from '../../src/engine/demand.js';

function delivery(log: string[], name: string): Delivery {
  return { outer: null, hold: () => log.push(`hold ${name}`), unhold: () => log.push(`unhold ${name}`) };
}

function during<T>(one: Delivery, action: () => T): T {
  one.outer = deliveries.innermost;
  deliveries.innermost = one;
  try {
    return action();
  } finally {
    deliveries.innermost = one.outer;
  }
}

describe('holdDeliveries', () => {
  it('is null where nothing is delivering', () => {
    expect(holdDeliveries()).toBeNull();
  });

  it('holds every delivery on the call stack, innermost first', () => {
    const log: string[] = [];
    during(delivery(log, 'outer'), () => during(delivery(log, 'inner'), () => holdDeliveries()));
    expect(log).toEqual(['hold inner', 'hold outer']);
  });

  it('releases all that it held, after the deliveries are over too', () => {
    const log: string[] = [];
    const release = during(delivery(log, 'outer'), () => during(delivery(log, 'inner'), () => holdDeliveries()));
    log.length = 0;
    release!();
    expect(log).toEqual(['unhold inner', 'unhold outer']);
  });

  it('releases once, however often it is asked to', () => {
    const log: string[] = [];
    const release = during(delivery(log, 'one'), () => holdDeliveries());
    release!();
    release!();
    expect(log).toEqual(['hold one', 'unhold one']);
  });

  it('leaves a delivery that is over alone', () => {
    const log: string[] = [];
    during(delivery(log, 'gone'), () => undefined);
    during(delivery(log, 'here'), () => holdDeliveries());
    expect(log).toEqual(['hold here']);
  });

  it('keeps one stack for all copies of the package in a process', () => {
    expect((globalThis as Record<symbol, unknown>)[Symbol.for('rxjs-flow/deliveries/1')]).toBe(deliveries);
  });
});
