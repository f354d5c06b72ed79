import { runInNewContext } from 'node:vm';
import { isBytes } from '../../src/flow/is-bytes.js';

describe('isBytes', () => {
  it('is true for a Uint8Array, a Buffer, and one of another realm', () => {
    expect(isBytes(new Uint8Array(1))).toBe(true);
    expect(isBytes(Buffer.from('x'))).toBe(true);
    expect(isBytes(runInNewContext('new Uint8Array(3)'))).toBe(true);
  });

  it('is false for other views, buffers, strings and lookalikes', () => {
    for (const other of [new Uint16Array(1), new DataView(new ArrayBuffer(1)), new ArrayBuffer(1), 'x', [1], null, undefined]) {
      expect(isBytes(other)).toBe(false);
    }
    expect(isBytes({ [Symbol.toStringTag]: 'Uint8Array', byteLength: 1 })).toBe(false);
  });
});
