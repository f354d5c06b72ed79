import { isFlowErrorCode } from '../../src/flow/is-flow-error-code.js';

describe('isFlowErrorCode()', () => {
  it.each(['closed', 'reset', 'too-large', 'failed'])('knows %s', (code) => {
    expect(isFlowErrorCode(code)).toBe(true);
  });

  it.each([['another word', 'EIO'], ['what every object has', 'toString'], ['no text', 7], ['no text, though it has one', ['closed']], ['nothing', undefined]])('does not know %s', (_, value) => {
    expect(isFlowErrorCode(value)).toBe(false);
  });
});
