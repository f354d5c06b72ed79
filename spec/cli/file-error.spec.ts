import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileError } from '../../src/cli/file-error.js';
import { FlowError } from '../../src/flow/flow-error.js';
import { formatError } from '../../src/flow/format-error.js';
import { systemFlowError } from '../../src/node/system-error.js';

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('fileError', () => {
  it.each<[string, () => unknown, string]>([
    ['is not there', () => readFileSync('nosuch.tape'), 'a.tape: no such file or directory'],
    ['is a folder', () => readFileSync(__dirname), 'a.tape: is a directory'],
    ['stands below a file', () => readFileSync(join(__filename, 'a')), 'a.tape: not a directory'],
    ['is there already', () => mkdirSync(__dirname), 'a.tape: file already exists'],
  ])('says of a file that it %s, and no code', (_, action, message) => {
    const error = thrownBy(action);
    expect(formatError(fileError('a.tape', error))).toBe(message);
    expect(formatError(fileError('a.tape', systemFlowError('file a.tape', error)))).toBe(message);
  });

  it.each([new FlowError('too-large', 'a.tape: too large'), new TypeError('no tape'), 'text'])('leaves %p to itself', (error) => {
    expect(fileError('a.tape', error)).toBe(error);
  });
});
