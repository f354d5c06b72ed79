import { sizeOf } from '../../src/flow/size-of.js';

describe('sizeOf', () => {
  it('adds up the bytes of the buffers, of a Buffer too', () => {
    expect(sizeOf([new Uint8Array(3), new Uint8Array(0), Buffer.alloc(4)])).toBe(7);
    expect(sizeOf([])).toBe(0);
  });

  it.each([
    ['what is no list', undefined, 0],
    ['what is no list, but has a length', 'text', 0],
    ['what is missing in it', [undefined, new Uint8Array(2), null], 2],
    ['what has no length', [{}, 5, new Uint8Array(2)], 2],
  ])('counts nothing for %s: the flow refuses it', (_, buffers, size) => {
    expect(sizeOf(buffers as never)).toBe(size);
  });
});
