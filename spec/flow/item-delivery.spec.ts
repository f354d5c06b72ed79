import { deliveryDepth, innermostDelivery } from '../../src/engine/demand.js';
import { ItemDelivery } from '../../src/flow/item-delivery.js';
import { holdDeliveries } from '../support/hold-deliveries.js';

describe('ItemDelivery', () => {
  it('is held by what says so between enter and leave, and by nobody else', () => {
    const delivery = new ItemDelivery(null, () => {});
    expect(holdDeliveries()).toBeNull();
    delivery.enter();
    expect([deliveryDepth(), innermostDelivery()]).toEqual([1, delivery]);
    expect(delivery.isHeld).toBe(false);
    holdDeliveries();
    delivery.leave();
    expect([delivery.isHeld, deliveryDepth()]).toEqual([true, 0]);
    expect(holdDeliveries()).toBeNull();
  });

  it('calls back when the last of its holds has gone, and not before', () => {
    const onFree = jest.fn();
    const delivery = new ItemDelivery(null, onFree);
    delivery.enter();
    const release = [holdDeliveries()!, holdDeliveries()!];
    delivery.leave();
    release[0]!();
    expect([delivery.isHeld, onFree.mock.calls.length]).toEqual([true, 0]);
    release[1]!();
    expect([delivery.isHeld, onFree.mock.calls.length]).toEqual([false, 1]);
  });

  it('stands inside the delivery that made its items, and is left with it still there', () => {
    const [outer, inner] = [new ItemDelivery(null, () => {}), new ItemDelivery(null, () => {})];
    outer.enter();
    inner.enter();
    holdDeliveries();
    inner.leave();
    expect(innermostDelivery()).toBe(outer);
    outer.leave();
    expect([outer.isHeld, inner.isHeld]).toEqual([true, true]);
  });

  it.each([
    ['after its delivery', false],
    ['inside its delivery', true],
  ])('is kept alive by nothing once it has ended %s', (_, inside) => {
    const slots = (globalThis as unknown as Record<symbol, { slots: unknown[] }>)[Symbol.for('rxjs-flow/deliveries/1')]!.slots;
    const delivery = new ItemDelivery(null, () => {});
    delivery.enter();
    if (inside) delivery.end();
    delivery.leave();
    expect(slots.includes(delivery)).toBe(!inside);
    delivery.end();
    expect(slots.includes(delivery)).toBe(false);
  });
});
