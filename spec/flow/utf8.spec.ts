import { utf8 } from '../../src/flow/utf8.js';

describe('utf8', () => {
  it("gives a string's bytes in a buffer of their own", () => {
    const bytes = utf8('é€');
    expect([...bytes]).toEqual([0xc3, 0xa9, 0xe2, 0x82, 0xac]);
    expect(bytes.constructor).toBe(Uint8Array);
    expect(utf8('').byteLength).toBe(0);
  });

  it('replaces a lone surrogate', () => {
    expect([...utf8('\ud800')]).toEqual([0xef, 0xbf, 0xbd]);
  });

  it('names what came instead of a string', () => {
    expect(() => utf8(7 as never)).toThrow(new TypeError('utf8: text must be a string, not number 7'));
  });
});
