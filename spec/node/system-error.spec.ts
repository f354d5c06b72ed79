import { FlowError } from '../../src/flow/flow-error.js';
import { formatError } from '../../src/flow/format-error.js';
import { systemFlowError } from '../../src/node/system-error.js';

describe('systemFlowError', () => {
  it.each([
    ['ECONNRESET', 'reset'],
    ['EPIPE', 'reset'],
    ['ECONNREFUSED', 'refused'],
    ['ENOENT', 'refused'],
    ['EADDRINUSE', 'refused'],
    ['EACCES', 'refused'],
    ['EHOSTUNREACH', 'unreachable'],
    ['ENETUNREACH', 'unreachable'],
    ['EADDRNOTAVAIL', 'unreachable'],
    ['ETIMEDOUT', 'timeout'],
    ['ERR_STREAM_PREMATURE_CLOSE', 'truncated'],
    ['EWHATEVER', 'failed'],
  ])('makes %s the code %s, names the flow and keeps the system error as the cause', (code, flowCode) => {
    const cause = Object.assign(new Error('from the system'), { code });
    const error = systemFlowError('tcp 127.0.0.1:1', cause);
    expect(error.code).toBe(flowCode);
    expect(error.message).toMatch(/^tcp 127\.0\.0\.1:1: \S/);
    expect(error.cause).toBe(cause);
  });

  it.each(['ENOTFOUND', 'EAI_AGAIN', 'EINVAL'])('makes every failure to resolve a name unreachable: %s', (code) => {
    const cause = Object.assign(new Error('from the system'), { code, syscall: 'getaddrinfo' });
    expect(systemFlowError('tcp', cause).code).toBe('unreachable');
  });

  it('makes a Unix socket that takes no more connections refused, and EAGAIN of anything else failed', () => {
    const cause = Object.assign(new Error('from the system'), { code: 'EAGAIN', syscall: 'connect' });
    const { code, message } = systemFlowError('unix /run/s', cause);
    expect([code, message]).toEqual(['refused', 'unix /run/s: too many connections wait to be accepted there']);
    expect(systemFlowError('stdio', Object.assign(cause, { syscall: 'read' })).code).toBe('failed');
  });

  it('says how each of several addresses has failed', () => {
    const fail = (address: string) => new Error(`connect ECONNREFUSED ${address}`);
    const cause = Object.assign(new AggregateError([fail('::1:1'), fail('127.0.0.1:1')]), { code: 'ECONNREFUSED' });
    expect(formatError(systemFlowError('tcp localhost:1', cause))).toBe(
      'refused: tcp localhost:1: connection refused (cause: connect ECONNREFUSED ::1:1, connect ECONNREFUSED 127.0.0.1:1)',
    );
    expect(systemFlowError('tcp', new AggregateError([new Error('odd')])).message).toBe('tcp: odd');
    expect(systemFlowError('tcp', Object.freeze(new AggregateError([null, 'boom']))).message).toBe('tcp: null, boom');
  });

  it('passes a FlowError as it is', () => {
    const error = new FlowError('overflow', 'too much');
    expect(systemFlowError('tcp', error)).toBe(error);
  });

  it.each(['constructor', 'toString', '__proto__', 7])('tells an error with the code %p in its own words', (code) => {
    expect(systemFlowError('tcp', Object.assign(new Error('odd'), { code }))).toMatchObject({ code: 'failed', message: 'tcp: odd' });
  });

  it('tells what has no meaning here in its own words', () => {
    expect(systemFlowError('tcp', new Error('odd')).message).toBe('tcp: odd');
    expect(systemFlowError('tcp', 'just text').message).toBe('tcp: just text');
    expect(systemFlowError('tcp', null).message).toBe('tcp: null');
  });
});
