import { FlowError } from '../../../src/flow/flow-error.js';
import { sessionError } from '../../../src/http2/connection/session-error.js';

const faultOf = (code: unknown) => Object.assign(new Error('odd'), { code });

describe('sessionError', () => {
  it.each<[unknown, string, string]>([
    ['EPIPE', 'reset', 'the peer takes no more data'],
    ['ERR_HTTP2_ERROR', 'protocol', 'the peer does not keep to HTTP/2'],
    ['EWHATEVER', 'failed', 'odd'],
    ['constructor', 'failed', 'odd'],
    ['__proto__', 'failed', 'odd'],
    [7, 'failed', 'odd'],
  ])('makes %p the code %s', (code, flowCode, text) => {
    const cause = faultOf(code);
    expect(sessionError('http2', cause)).toMatchObject({ code: flowCode, message: `http2: ${text}`, cause });
  });

  it('keeps the code of a flow that broke', () => {
    expect(sessionError('http2', new FlowError('timeout', 'too late'))).toMatchObject({ code: 'timeout', message: 'http2: the connection broke' });
  });
});
