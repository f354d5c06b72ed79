import { FlowError, isFlowError } from '../../src/flow/flow-error.js';

describe('FlowError', () => {
  it('carries its code, its message and its cause', () => {
    const cause = new Error('ECONNRESET');
    const error = new FlowError('reset', 'tcp 127.0.0.1:80: connection reset', { cause });
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe('FlowError');
    expect(error.code).toBe('reset');
    expect(error.message).toBe('tcp 127.0.0.1:80: connection reset');
    expect(error.cause).toBe(cause);
    expect(String(error)).toBe('FlowError: tcp 127.0.0.1:80: connection reset');
  });

  it('has a cause only if it was given one, and undefined is none', () => {
    expect('cause' in new FlowError('closed', 'x')).toBe(false);
    expect('cause' in new FlowError('closed', 'x', {})).toBe(false);
    expect('cause' in new FlowError('aborted', 'x', { cause: undefined })).toBe(false);
  });
});

describe("another copy's FlowError", () => {
  it('has its name, which may be changed like that of any Error', () => {
    const error: Error = new (anotherCopy())('closed', 'x');
    expect(error.name).toBe('FlowError');
    error.name = 'ChatError';
    expect(String(error)).toBe('ChatError: x');
  });

  it('bears the tag by which copies of every version know each other', () => {
    expect(Symbol.for('rxjs-flow/FlowError') in new (anotherCopy())('closed', 'x')).toBe(true);
  });
});

describe('isFlowError', () => {
  it('is true for a FlowError, and for its code only where one is asked for', () => {
    const error = new FlowError('closed', 'x');
    expect(isFlowError(error)).toBe(true);
    expect(isFlowError(error, 'closed')).toBe(true);
    expect(isFlowError(error, 'reset')).toBe(false);
  });

  it('is true for an error of another copy of the package', () => {
    const error = new (anotherCopy())('timeout', 'x');
    expect(error).not.toBeInstanceOf(FlowError);
    expect(isFlowError(error, 'timeout')).toBe(true);
  });

  it('is false for anything else', () => {
    for (const other of [undefined, null, 'closed', 7, {}, { code: 'closed' }, new Error('closed')]) {
      expect(isFlowError(other)).toBe(false);
    }
  });
});

function anotherCopy(): typeof FlowError {
  let other: { FlowError: typeof FlowError } | undefined;
  jest.isolateModules(() => {
    other = jest.requireActual('../../src/flow/flow-error.js');
  });
  return other!.FlowError;
}

describe('isFlowError(), to the compiler', () => {
  it('tells the code asked for from the others', () => {
    const meaning = (error: unknown): string => {
      if (isFlowError(error, 'closed')) {
        const { code }: { code: 'closed' } = error;
        return code;
      }
      return isFlowError(error) ? `another: ${error.code}` : 'no flow error';
    };
    const errorOf = (error: FlowError): string => (isFlowError(error, 'reset') ? 'reset' : error.code);
    expect([meaning(new FlowError('closed', 'x')), meaning(new FlowError('busy', 'x')), meaning(7)]).toEqual(['closed', 'another: busy', 'no flow error']);
    expect(errorOf(new FlowError('busy', 'x'))).toBe('busy');
  });
});
