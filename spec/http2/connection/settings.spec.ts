import { checkedSettings } from '../../../src/http2/connection/settings.js';

describe('checkedSettings', () => {
  it.each(['frameSize', 'constructor', 'toString', '__proto__'])('names what is no setting: %s', (name) => {
    const settings = JSON.parse(`{ "${name}": 1 }`) as object;
    expect(() => checkedSettings('http2Client', settings)).toThrow(new RegExp(`^http2Client: settings\\.${name} is none of maxFrameSize, `));
  });
});
