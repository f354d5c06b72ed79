import fc from 'fast-check';
import { fromBase64, toBase64 } from '../../../src/inspect/tape/base64.js';

describe('base64', () => {
  it('is what Node says it is, and comes back as it went', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
        expect(fromBase64(toBase64(bytes))).toEqual(bytes);
      }),
    );
  });

  it('takes large buffers', () => {
    const bytes = Uint8Array.from({ length: 300_001 }, (_, at) => at);
    expect(Buffer.compare(fromBase64(toBase64(bytes))!, bytes)).toBe(0);
  });

  it.each(['A', 'AB', 'ABC', 'AB=C', '=ABC', 'A===', '====', 'AB*=', 'AB-_', 'ABCé', 'AA==AAAA', 'YR==', 'YWF=', 'YWJj    ', 'YWJ jYWI'])('does not take %j', (text) => {
    expect(fromBase64(text)).toBeUndefined();
  });
});
