import { of } from 'rxjs';
import { checkOptions } from '../../src/flow/check-options.js';

describe('checkOptions()', () => {
  class Config {
    readonly sampleMs = 1;
  }

  it.each([{}, { sampleMs: 1 }, Object.create(null), new Config()])('takes %p', (options: object) => {
    expect(() => checkOptions('copy', options)).not.toThrow();
  });

  it.each<[unknown, string]>([
    [undefined, 'undefined'],
    [null, 'null'],
    [5, 'number 5'],
    ['text', 'a string'],
    [() => {}, 'a function'],
    [['a'], 'an array'],
    [Uint8Array.of(1), 'a Uint8Array'],
    [of(1), 'an Observable'],
  ])('throws a TypeError for %p', (options, what) => {
    expect(() => checkOptions('copy', options as object)).toThrow(new TypeError(`copy: options must be an object, not ${what}`));
  });
});
