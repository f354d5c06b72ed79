import { FlowError, isFlowError } from '../../src/flow/flow-error.js';
import { inPlaceOf, originalOf } from '../../src/flow/replaced-error.js';

describe('an error told in place of another', () => {
  it('is itself as it was, with the other one behind it', () => {
    const original = new FlowError('aborted', 'line: aborted');
    const told = new FlowError('failed', 'line: aborted');
    expect(inPlaceOf(original, told)).toBe(told);
    expect(isFlowError(told, 'failed')).toBe(true);
    expect(originalOf(told)).toBe(original);
    expect(Object.keys(told)).toEqual(Object.keys(new FlowError('failed', '')));
  });

  it('is known to every copy of this package', () => {
    const told = inPlaceOf('original', new FlowError('failed', 'line: failed'));
    expect(Reflect.get(told, Symbol.for('rxjs-flow/original'))).toBe('original');
  });

  it.each([new FlowError('failed', 'x', { cause: new FlowError('aborted', 'y') }), new Error('x'), null, undefined, 'text', 7])(
    'is nothing else: %p is its own original',
    (error) => {
      expect(originalOf(error)).toBe(error);
    },
  );
});
