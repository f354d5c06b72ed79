import { EMPTY } from 'rxjs';
import { isPromise } from '../../src/flow/is-promise.js';

describe('isPromise', () => {
  it('knows promises, and whatever has a then', () => {
    expect([Promise.resolve(1), { then: () => {} }].map(isPromise)).toEqual([true, true]);
  });

  it('takes nothing else for one', () => {
    expect([undefined, null, 7, 'then', {}, [], EMPTY, { then: true }, () => {}].some(isPromise)).toBe(false);
  });
});
