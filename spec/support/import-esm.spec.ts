import { importEsm } from './import-esm.js';

interface LengthPrefixed {
  readonly encode: { single(bytes: Uint8Array): { subarray(): Uint8Array } };
}

describe('importEsm', () => {
  it('loads a package that exists as ESM only', async () => {
    const { encode } = await importEsm<LengthPrefixed>('it-length-prefixed');
    expect([...encode.single(Uint8Array.of(7, 8, 9)).subarray()]).toEqual([3, 7, 8, 9]);
  });
});
