import { runInNewContext } from 'node:vm';
import { FlowError } from '../../src/flow/flow-error.js';
import { FlowTestScheduler } from '../../src/testing/flow-test-scheduler.js';
import { matchesError, sameValue } from '../../src/testing/marbles/same-value.js';

class Hidden {
  readonly #inside: number;
  constructor(inside: number) {
    this.#inside = inside;
  }
  get inside(): number {
    return this.#inside;
  }
}

class Shown {
  constructor(readonly inside: number) {}
}

class Tagged extends Map<unknown, unknown> {
  tag = '';
}

function cycle(end: unknown): object {
  const one: Record<string, unknown> = { end };
  one['itself'] = one;
  one['list'] = [one, new Map([[one, one]])];
  return one;
}

const buffer = (...bytes: number[]) => Uint8Array.from(bytes).buffer;
const form = (value: string) => {
  const data = new FormData();
  data.set('key', value);
  return data;
};

/** Made twice, it must be the same; `other` must not be. */
const KINDS: readonly (readonly [string, () => unknown, () => unknown])[] = [
  ['a date', () => new Date(0), () => new Date(1)],
  ['a date that is none', () => new Date(NaN), () => new Date(0)],
  ['a map', () => new Map([['a', { b: 1 }]]), () => new Map([['a', { b: 2 }]])],
  ['a longer map', () => new Map(), () => new Map([['a', 1]])],
  ['a set', () => new Set([[1], [1]]), () => new Set([[1], [2]])],
  ['a map of a class with fields', () => Object.assign(new Tagged(), { tag: 'a' }), () => Object.assign(new Tagged(), { tag: 'b' })],
  ['a pattern', () => /a/g, () => /a/i],
  ['a URL', () => new URL('http://a/'), () => new URL('http://b/')],
  ['a query', () => new URLSearchParams('a=1'), () => new URLSearchParams('a=2')],
  ['headers', () => new Headers({ a: '1' }), () => new Headers({ a: '2' })],
  ['a form', () => form('1'), () => form('2')],
  ['a buffer', () => buffer(1, 2), () => buffer(1, 3)],
  ['a view', () => new DataView(buffer(1, 2)), () => new DataView(buffer(1, 2), 1)],
  ['numbers', () => Float32Array.of(1.5), () => Float32Array.of(2.5)],
  ['bytes', () => Uint8Array.of(1), () => Uint8Array.of(2)],
  ['a boxed text', () => Object('a'), () => Object('b')],
  ['a boxed number', () => Object(1), () => Object(2)],
  ['an error of a name', () => new TypeError('e'), () => new RangeError('e')],
  ['an error with a cause', () => new Error('e', { cause: [1] }), () => new Error('e', { cause: [2] })],
  ['an error of errors', () => new AggregateError([1], 'e'), () => new AggregateError([2], 'e')],
  ['an error with fields', () => Object.assign(new Error('e'), { port: 1 }), () => Object.assign(new Error('e'), { port: 2 })],
  ['a FlowError', () => new FlowError('reset', 'e', { cause: 1 }), () => new FlowError('reset', 'e')],
  ['a list', () => [1, [2]], () => [1, [3]]],
  ['a list of holes', () => new Array(1), () => new Array(2)],
  ['a hole', () => new Array(1), () => [undefined]],
  ['an object', () => ({ a: { b: undefined } }), () => ({ a: { c: undefined } })],
  ['an empty object', () => ({}), () => ({ a: undefined })],
  ['an object without a prototype', () => Object.assign(Object.create(null) as object, { a: 1 }), () => ({ a: 2 })],
  ['a field under a symbol', () => ({ [Symbol.for('a')]: 1 }), () => ({ [Symbol.for('a')]: 2 })],
  ['an object of a class', () => new Shown(1), () => new Shown(2)],
  ['a cycle', () => cycle(1), () => cycle(2)],
];

describe('sameValue()', () => {
  it.each(KINDS)('knows %s by its content, on its own and inside others', (_, make, other) => {
    const verdicts = (one: unknown, two: unknown) => [sameValue(one, two), sameValue({ in: [one] }, { in: [two] })];
    expect(verdicts(make(), make())).toEqual([true, true]);
    expect(verdicts(make(), other())).toEqual([false, false]);
    expect(verdicts(other(), make())).toEqual([false, false]);
  });

  it('takes the members of maps and sets in any order', () => {
    expect(sameValue(new Set([[1], [2]]), new Set([[2], [1]]))).toBe(true);
    const map = new Map([['b', 2]]).set('a', 1);
    expect(sameValue(map, new Map([['a', 1]]).set('b', 2))).toBe(true);
    expect(sameValue(map, new Map([['a', 2]]).set('b', 1))).toBe(false);
  });

  it('takes a Buffer for the bytes that it is', () => {
    expect(sameValue(Buffer.from('a'), Uint8Array.of(0x61))).toBe(true);
  });

  it.each<[string, unknown, unknown]>([
    ['({ a: [{ b: 1 }] })', { a: [{ b: 1 }] }, { a: [{ b: 2 }] }],
    ['[]', [], {}],
    ['new Map([[1, new Set([2])]])', new Map([[1, new Set([2])]]), new Map([[1, new Set([3])]])],
    ['new Map()', new Map(), new Tagged()],
    ['new Date(1)', new Date(1), new Date(2)],
    ["new TypeError('e', { cause: new Error('c') })", new TypeError('e', { cause: new Error('c') }), new Error('e', { cause: new Error('c') })],
    ["new AggregateError([1], 'e')", new AggregateError([1], 'e'), new AggregateError([2], 'e')],
    ['new (class Shown { inside = 1 })', new Shown(1), { inside: 1 }],
  ])("knows another realm's %s by its content", (source, one, other) => {
    const there: unknown = runInNewContext(source);
    expect([sameValue(there, one), sameValue(one, there)]).toEqual([true, true]);
    expect([sameValue(there, other), sameValue(other, there)]).toEqual([false, false]);
  });

  const shape = (kind: string) => Object.assign(Object.create({ kind }) as object, { size: 1 });
  const unit = (name: string) =>
    new (class {
      readonly value = 1;
      get unit() {
        return name;
      }
    })();
  class Based {
    readonly value = 1;
  }
  const inherits = Object.assign(Object.create(Object.create(Based.prototype) as object) as object, { value: 1 });

  it.each<[string, unknown, unknown]>([
    ['objects over others', shape('circle'), shape('square')],
    ['objects of classes without a name', unit('m'), unit('s')],
    ['an object of a class and one that inherits from it', new Based(), inherits],
    ['objects of classes with a field called constructor', Object.assign(new Shown(1), { constructor: 1 }), Object.assign(new Tagged(), { inside: 1, constructor: 1 })],
  ])('tells %s apart by what they are over', (_, one, other) => {
    expect([sameValue(one, one), sameValue(one, other), sameValue(other, one)]).toEqual([true, false, false]);
  });

  it.each<[string, () => unknown]>([
    ['private fields', () => new Hidden(1)],
    ['no content that can be read', () => Promise.resolve(1)],
    ['members that nobody can list', () => new WeakSet()],
  ])('takes an object with %s for itself and for nothing else', (_, make) => {
    const one = make();
    expect([sameValue(one, one), sameValue([one], [one]), sameValue(one, make())]).toEqual([true, true, false]);
  });
});

describe('matchesError()', () => {
  const failure = new FlowError('reset', 'flow: reset');

  it('knows an error by the fields that a plain object names', () => {
    expect(matchesError(failure, { code: 'reset' })).toBe(true);
    expect(matchesError(failure, { code: 'reset', message: 'other' })).toBe(false);
  });

  it.each<[string, unknown]>([
    ['a map', new Map()],
    ['a list', []],
    ['an object without fields', {}],
    ['a date', new Date()],
  ])('knows no error by %s, which names no field', (_, expected) => {
    expect(matchesError(failure, expected)).toBe(false);
  });
});

describe('FlowTestScheduler on its own', () => {
  /** What it prints of one value where another is expected. */
  const messageOf = (came: unknown, expected: unknown) => {
    try {
      new FlowTestScheduler().run(({ cold, expectObservable }) => expectObservable(cold('v', { v: came })).toBe('v', { v: expected }));
    } catch (error) {
      return (error as Error).message.split('\n').slice(0, 4);
    }
    throw new Error('the two count as equal');
  };

  it.each<[unknown, unknown, string, string]>([
    [{ when: new Date('2020') }, { when: new Date('1999') }, '{"when":Date "2020-01-01T00:00:00.000Z"}', '{"when":Date "1999-01-01T00:00:00.000Z"}'],
    [new Map([['k', 1]]), new Map(), 'Map [["k",1]]', 'Map []'],
    [new Set(['x']), new Set([2n]), 'Set ["x"]', 'Set [2n]'],
    [new Headers({ a: '1' }), /a/, 'Headers [["a","1"]]', 'RegExp "/a/"'],
    [{ u: new URL('http://a') }, { u: undefined }, '{"u":URL "http://a/"}', '{"u":undefined}'],
    [[-0, NaN], [0, null], '[-0,NaN]', '[0,null]'],
    [new DataView(buffer(65)), buffer(66), 'DataView "A"', 'ArrayBuffer "B"'],
    [new Shown(1), new Hidden(1), 'Shown {"inside":1}', 'Hidden, into which nobody can see'],
    [cycle(1), cycle(2), '{"end":1,"itself":(a cycle),"list":[(a cycle),Map [[(a cycle),(a cycle)]]]}', '{"end":2,"itself":(a cycle),"list":[(a cycle),Map [[(a cycle),(a cycle)]]]}'],
    [Object.assign(new Error('e'), { port: 1 }), new TypeError('e', { cause: 2 }), 'e {"port":1}', 'TypeError: e (cause: 2)'],
    [new AggregateError([1], 'e'), new FlowError('reset', 'e'), 'AggregateError: e {"errors":[1]}', 'reset: e'],
    [runInNewContext("new RangeError('e')"), runInNewContext("new AggregateError([1], 'e')"), 'RangeError: e', 'AggregateError: e {"errors":[1]}'],
    [{ [Symbol.for('s')]: 1 }, { f: Array.of }, '{Symbol(s):1}', '{"f":(function of)}'],
  ])('shows how the two differ: %#', (came, expected, shownCame, shownExpected) => {
    expect(messageOf(came, expected)).toEqual(['expected  A', 'came      B', `  A = ${shownExpected}`, `  B = ${shownCame}`]);
  });

  it('fails a failure that is expected by what names nothing, and shows it', () => {
    const run = () => new FlowTestScheduler().run(({ coldFlow, expectReads }) => expectReads(coldFlow('#', {}, 'reset')).toBe('#', {}, new Map()));
    expect(run).toThrow('expected  #\ncame      #\n  # = Map []\n  # = reset: cold flow 1: failed by its marbles');
  });
});
