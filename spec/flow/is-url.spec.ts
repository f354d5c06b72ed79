import { runInNewContext } from 'node:vm';
import { isUrl } from '../../src/flow/is-url.js';

describe('isUrl', () => {
  it('takes a URL of this realm, and what is tagged as one in another', () => {
    class Foreign {
      readonly [Symbol.toStringTag] = 'URL';
    }
    expect([isUrl(new URL('http://a/')), isUrl(new Foreign())]).toEqual([true, true]);
  });

  it.each([['http://a/'], [null], [undefined], [{ href: 'http://a/' }], [runInNewContext('new Date()')], [new URLSearchParams()]])('takes %p for none', (value) => {
    expect(isUrl(value)).toBe(false);
  });
});
