import crypto from 'node:crypto';
import { existsSync } from 'node:fs';
import { DemoFiles } from '../../src/cli/demo-files.js';

describe('DemoFiles', () => {
  it('stops making the file where it is removed meanwhile', async () => {
    const filled = jest.spyOn(crypto, 'randomFillSync');
    const files = new DemoFiles();
    const made = files.make(64 * 2 ** 20).catch(() => undefined); // its folder may go before it is opened
    files.remove();
    await made;
    expect(filled.mock.calls.length).toBeLessThan(2);
    expect(existsSync(files.sent)).toBe(false);
  });
});
