import { isOneSlip } from '../../src/node/one-slip.js';

describe('isOneSlip', () => {
  it.each([
    ['hots', 'host'],
    ['verfiy', 'verify'],
    ['requestCerts', 'requestCert'],
    ['requestCer', 'requestCert'],
    ['halfclose', 'halfClose'],
    ['ihost', 'host'],
    ['connectTimeout', 'connectTimeoutMs'],
  ])('takes %s for %s', (name, meant) => expect(isOneSlip(name, meant)).toBe(true));

  it.each([
    ['host', 'host'],
    ['cert', 'port'],
    ['kay', 'key'],
    ['path', 'host'],
    ['connect', 'connectTimeoutMs'],
    ['tohs', 'host'],
  ])('does not take %s for %s', (name, meant) => expect(isOneSlip(name, meant)).toBe(false));
});
