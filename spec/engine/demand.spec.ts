import {
  type Delivery,
  deliveryAt,
  deliveryDepth,
  enterDelivery,
  forgetDelivery,
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
