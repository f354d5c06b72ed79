import { certificateError, tlsFlowError } from '../../../src/node/tls/tls-error.js';

const faultOf = (code: unknown) => Object.assign(new Error('odd'), { code });

describe('tlsFlowError', () => {
  it.each(['constructor', 'toString', '__proto__'])('tells an error with the code %s in its own words', (code) => {
    const cause = faultOf(code);
    expect(tlsFlowError('tls', cause)).toMatchObject({ code: 'failed', message: 'tls: odd', cause });
  });
});

describe('certificateError', () => {
  it.each([
    ['CERT_HAS_EXPIRED', 'it has expired (CERT_HAS_EXPIRED)'],
    ['EWHATEVER', 'odd (EWHATEVER)'],
    ['constructor', 'odd (constructor)'],
  ])('says why, and the code: %s', (code, why) => {
    expect(certificateError('tls', 'localhost', faultOf(code)).message).toBe(`tls: the certificate is not valid for localhost: ${why}`);
  });
});
