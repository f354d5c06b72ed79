import { decodeUtf8 } from '../../src/flow/decode-utf8.js';
import { utf8 } from '../../src/flow/utf8.js';

describe('decodeUtf8', () => {
  it.each(['', 'a', 'héllo', '\u{1F600}', '\uFEFFwith a byte order mark'])('gives the text whose bytes they are: %j', (text) => {
    expect(decodeUtf8(utf8(text))).toBe(text);
  });

  it('gives U+FFFD for what is no UTF-8, and goes on', () => {
    expect(decodeUtf8(Uint8Array.of(0x61, 0xff, 0x62, 0xe2, 0x82))).toBe('a\uFFFDb\uFFFD');
  });
});
