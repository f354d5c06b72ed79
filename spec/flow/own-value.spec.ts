import { ownValue } from '../../src/flow/own-value.js';

describe('ownValue', () => {
  const table = { EPIPE: 'no more data' };

  it('finds what stands in the table', () => {
    expect(ownValue(table, 'EPIPE')).toBe('no more data');
  });

  it.each(['ECONNRESET', 'constructor', 'toString', '__proto__', undefined, 7, {}, [['EPIPE']]])('finds nothing else: %p', (key) => {
    expect(ownValue(table, key)).toBeUndefined();
  });
});
