import { type Delivery, enterDelivery, innermostDelivery, leaveDelivery } from '../../src/engine/demand.js';
import { Holds } from '../../src/flow/holds.js';

class Counted implements Delivery {
  held = 0;
  onFree: () => void = () => undefined;
  hold(): void {
    this.held += 1;
  }
  unhold(): void {
    this.held -= 1;
    this.onFree();
  }
}

function delivering(stack: readonly Counted[], act: () => void): void {
  const depths = stack.map((one) => enterDelivery(one));
  act();
  leaveDelivery(depths[0]!);
}

describe('Holds', () => {
  it('takes nothing where nothing is delivering', () => {
    const holds = new Holds();
    holds.take();
    holds.release();
    expect(innermostDelivery()).toBeNull();
  });

  it('holds every reader on the stack once, however often it is asked', () => {
    const [outer, inner, other] = [new Counted(), new Counted(), new Counted()];
    const holds = new Holds();
    delivering([outer, inner], () => {
      holds.take();
      holds.take();
    });
    delivering([outer, other], () => holds.take());
    expect([outer.held, inner.held, other.held]).toEqual([1, 1, 1]);
    holds.release();
    holds.release();
    expect([outer.held, inner.held, other.held]).toEqual([0, 0, 0]);
  });

  it('keeps a hold that is taken while it lets go', () => {
    const reader = new Counted();
    const holds = new Holds();
    delivering([reader], () => holds.take());
    reader.onFree = () => delivering([reader], () => holds.take());
    holds.release();
    expect(reader.held).toBe(1);
  });

  it('lets go of one after the other while there is room, in the order in which they were held', () => {
    const readers = [new Counted(), new Counted(), new Counted()];
    const holds = new Holds();
    for (const reader of readers) delivering([reader], () => holds.take());
    let room = 2;
    for (const reader of readers) reader.onFree = () => (room -= 1);
    holds.releaseWhile(() => room > 0);
    expect(readers.map(({ held }) => held)).toEqual([0, 0, 1]);
  });

  it('tells those that feed the operator from those that only deliver around them', () => {
    const [outer, inner] = [new Counted(), new Counted()];
    const holds = new Holds();
    delivering([outer, inner], () => holds.take());
    expect(holds.feeders).toEqual([inner]);
    delivering([outer], () => holds.take());
    expect(holds.feeders).toEqual([inner, outer]);
    delivering([outer, inner, new Counted()], () => holds.take());
    expect(holds.feeders).toHaveLength(3);
  });

  it('begins no second turn of letting go inside the first', () => {
    const [first, second] = [new Counted(), new Counted()];
    const holds = new Holds();
    for (const reader of [first, second]) delivering([reader], () => holds.take());
    const heldInside: number[] = [];
    first.onFree = () => {
      holds.releaseWhile(() => true);
      heldInside.push(second.held);
    };
    holds.releaseWhile(() => true);
    expect([heldInside, second.held]).toEqual([[1], 0]);
  });
});
