import { runInNewContext } from 'node:vm';
import { FlowError } from '../../src/flow/flow-error.js';
import { formatError } from '../../src/flow/format-error.js';

describe('formatError', () => {
  it('says the code, the message and the causes on one line', () => {
    const cause = new Error('connect ECONNREFUSED 127.0.0.1:1');
    const error = new FlowError('refused', 'tcp 127.0.0.1:1: connection refused', { cause });
    expect(formatError(error)).toBe(
      'refused: tcp 127.0.0.1:1: connection refused (cause: connect ECONNREFUSED 127.0.0.1:1)',
    );
  });

  it('follows a chain of causes, each once, and not without end', () => {
    const inner = new FlowError('reset', 'inner');
    const outer = new FlowError('failed', 'outer', { cause: inner });
    expect(formatError(outer)).toBe('failed: outer (cause: reset: inner)');
    const loop: { message: string; cause?: unknown } & Error = new Error('loop');
    loop.cause = loop;
    expect(formatError(loop)).toBe('loop');
    let deep = new Error('0');
    for (let i = 1; i < 20; i += 1) deep = new Error(String(i), { cause: deep });
    expect(formatError(deep).split('cause:')).toHaveLength(8);
  });

  it('folds white space, so that the line stays one', () => {
    expect(formatError(new Error(' two\n  lines\t'))).toBe('two lines');
  });

  it('replaces what would act on a terminal or turn the text around', () => {
    const close = new Error('closed: \u001b[2Jgone\u0007 \u202eevil\u2066 \u009b1m \ud800');
    expect(formatError(close)).toBe('closed: \uFFFD[2Jgone\uFFFD \uFFFDevil\uFFFD \uFFFD1m \uFFFD');
    expect(formatError(new Error('größer – 你好 👋'))).toBe('größer – 你好 👋');
  });

  it('prints whatever was thrown', () => {
    expect(formatError('text')).toBe('text');
    expect(formatError(undefined)).toBe('undefined');
    expect(formatError(null)).toBe('null');
    expect(formatError(7)).toBe('7');
    expect(formatError(new RangeError(''))).toBe('RangeError');
    expect(formatError({ message: '' })).toBe('[object Object]');
    expect(formatError(Object.create(null))).toBe('an object');
    expect(formatError([])).toBe('an array');
    expect(formatError('')).toBe('a string');
  });

  it('says so where something cannot be read', () => {
    class Lazy extends Error {
      override get cause(): unknown {
        throw new Error('disposed');
      }
    }
    expect(formatError(new Lazy('gone'))).toBe('gone (cause: unreadable)');
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(formatError(proxy)).toBe('unreadable');
    expect(formatError(new FlowError('failed', 'the input failed', { cause: proxy }))).toBe('failed: the input failed (cause: unreadable)');
  });

  it('knows an error by its message, from whatever realm it comes', () => {
    expect(formatError(runInNewContext("new Error('text', { cause: new RangeError('') })"))).toBe('text (cause: RangeError)');
    expect(formatError({ message: 'text' })).toBe('text');
  });
});
