import {
  type Delivery,
  deliveryAt,
  deliveryDepth,
  enterDelivery,
  forgetDelivery,
  holdDeliveries,
  innermostDelivery,
  leaveDelivery,
} from '../../src/engine/demand.js';

function delivery(log: string[], name: string): Delivery {
  return { hold: () => log.push(`hold ${name}`), unhold: () => log.push(`unhold ${name}`) };
}

function during<T>(one: Delivery, action: () => T): T {
  const depth = enterDelivery(one);
  try {
    return action();
  } finally {
    leaveDelivery(depth);
  }
}

const slots = () => (globalThis as unknown as Record<symbol, { slots: unknown[] }>)[Symbol.for('rxjs-flow/deliveries/1')]!.slots;

describe('the stack of deliveries', () => {
  it('knows who is delivering at each depth, and nobody else', () => {
    const [outer, inner] = [delivery([], 'outer'), delivery([], 'inner')];
    during(outer, () => {
      during(inner, () => {
        expect(deliveryDepth()).toBe(2);
        expect([deliveryAt(-1), deliveryAt(0), deliveryAt(1), deliveryAt(2)]).toEqual([null, outer, inner, null]);
        expect(innermostDelivery()).toBe(inner);
      });
      expect(innermostDelivery()).toBe(outer);
      expect(deliveryAt(1)).toBeNull();
    });
    expect(deliveryDepth()).toBe(0);
    expect(innermostDelivery()).toBeNull();
  });

  it('puts another reader in the place of one that is done', () => {
    const [first, second] = [delivery([], 'first'), delivery([], 'second')];
    during(first, () => undefined);
    during(second, () => expect(innermostDelivery()).toBe(second));
  });

  it('keeps nothing of a reader that is gone', () => {
    const gone = delivery([], 'gone');
    during(delivery([], 'outer'), () => during(gone, () => undefined));
    during(gone, () => undefined);
    expect(slots()).toContain(gone);
    forgetDelivery(gone);
    expect(slots()).not.toContain(gone);
  });

  it('keeps a reader that is forgotten inside its own delivery until that is over', () => {
    const one = delivery([], 'one');
    during(one, () => {
      forgetDelivery(one);
      expect(innermostDelivery()).toBe(one);
    });
  });
});

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
});
