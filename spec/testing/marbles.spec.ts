import * as fc from 'fast-check';
import { TestScheduler } from 'rxjs/testing';
import { toBytes, toText } from '../../src/testing/bytes.js';
import { compareDiagrams } from '../../src/testing/marbles/diagram.js';
import type { Moment } from '../../src/testing/marbles/moment.js';
import { parseMarbles } from '../../src/testing/marbles/parse-marbles.js';
import { parseSubscription } from '../../src/testing/marbles/parse-subscription.js';

describe('parseMarbles()', () => {
  it('gives each buffer its frame, and letters without a value stand for themselves', () => {
    expect(parseMarbles('-a--b-|', { a: 'hello' })).toEqual([
      { frame: 1, kind: 'next', letter: 'a', value: toBytes('hello') },
      { frame: 4, kind: 'next', letter: 'b', value: toBytes('b') },
      { frame: 6, kind: 'complete', letter: '|' },
    ]);
  });

  it('takes time that passes, at the edges of the diagram too', () => {
    const frames = (marbles: string) => parseMarbles(marbles).map((moment) => moment.frame);
    expect(frames('9ms a 1.5s b 2m |')).toEqual([9, 1510, 121_511]);
    expect(frames('a 20ms')).toEqual([0]);
    expect(frames('5a')).toEqual([0, 1]);
    expect(frames('a 5b')).toEqual([0, 1, 2]);
  });

  it('agrees with RxJS about every diagram that makes sense', () => {
    const piece = fc.oneof(
      fc.constantFrom('-', '--', ' ', 'a', 'b', '7', 'é', '😀', '(ab)', '(-a-b)', ' 12ms ', ' 0.5s ', ' 1m '),
    );
    const diagram = fc.tuple(fc.array(piece), fc.constantFrom('', '|', '#', '(a|)', '(#)'));
    const scheduler = new TestScheduler(() => undefined);
    fc.assert(
      fc.property(diagram, ([pieces, end]) => {
        const marbles = pieces.join('') + end;
        const theirs = scheduler.run(() => TestScheduler.parseMarbles(marbles, undefined, undefined, false, true));
        const ours = parseMarbles(marbles);
        expect(ours.map(({ frame }) => frame)).toEqual(theirs.map(({ frame }) => frame));
        expect(ours.map(({ kind }) => kind[0])).toEqual(theirs.map(({ notification }) => ({ N: 'n', C: 'c', E: 'e' })[notification.kind]));
        for (const [at, { kind, value }] of ours.entries()) {
          if (kind === 'next') expect(toText(value as Uint8Array)).toBe((theirs[at]!.notification as { value: string }).value);
        }
      }),
    );
  });

  it('lets an abort come after the end of what is written, and nothing after that', () => {
    const writes = (marbles: string) => parseMarbles(marbles, {}, undefined, 'writes').map(({ frame, kind }) => [frame, kind]);
    expect(writes('a|--#')).toEqual([[0, 'next'], [1, 'complete'], [4, 'error']]);
    expect(writes('(|#)')).toEqual([[0, 'complete'], [0, 'error']]);
    expect(() => writes('|#-#')).toThrow('marbles "|#-#", column 4: # after the end');
    expect(() => writes('#|')).toThrow('marbles "#|", column 2: | after the end');
    expect(() => writes('|a')).toThrow('marbles "|a", column 2: a after the end');
    expect(() => writes('||')).toThrow('marbles "||", column 2: | after the end');
  });

  it.each([
    ['-a-!', {}, 'marbles "-a-!", column 4: \'!\' has no place in the marbles of a flow'],
    ['^-a', {}, 'column 1: \'^\' has no place'],
    ['-(ab', {}, 'column 2: \'(\' is never closed'],
    ['-(a(b))', {}, 'column 4: \'(\' inside another \'(\''],
    ['-a)', {}, 'column 3: \')\' without \'(\''],
    ['-|--a', {}, 'column 5: a after the end'],
    ['-#|', {}, 'column 3: | after the end'],
    ['-|#', {}, 'column 3: # after the end'],
    ['--x', { x: '' }, 'column 3: x is empty, and a buffer is at least 1 byte'],
    ['😀|a', {}, 'column 3: a after the end'],
    ['a', { a: 7 }, 'marble values: a must be a string or a Uint8Array, not number 7'],
    ['a', { abc: 'x' }, 'marble values: "abc" is not one character'],
    ['a', 'a', 'marble values must be an object, not a string'],
    [7, {}, 'marbles must be a string, not number 7'],
  ])('throws a TypeError that names the column of what is wrong: %s', (marbles, values, message) => {
    const call = () => parseMarbles(marbles as string, values as never);
    expect(call).toThrow(TypeError);
    expect(call).toThrow(message);
  });
});

describe('parseSubscription()', () => {
  it('agrees with RxJS about every diagram that makes sense', () => {
    const gap = fc.array(fc.constantFrom('-', '--', ' ', ' 12ms ', ' 0.5s ', '(-)')).map((pieces) => pieces.join(''));
    const marks = fc.constantFrom(['', ''], ['^', ''], ['', '!'], ['^', '!'], ['', '(^!)']);
    const scheduler = new TestScheduler(() => undefined);
    fc.assert(
      fc.property(gap, gap, gap, marks, (before, between, after, [first, second]) => {
        const marbles = `${before}${first}${between}${second}${after}`;
        const theirs = scheduler.run(() => TestScheduler.parseMarblesAsSubscriptions(marbles, true));
        const { from = Infinity, to = Infinity } = parseSubscription(marbles);
        expect({ from, to }).toEqual({ from: theirs.subscribedFrame, to: theirs.unsubscribedFrame });
      }),
    );
  });

  it.each([
    ['^--x!', 'subscription marbles "^--x!", column 4: x has no place in the marbles of a subscription'],
    ['^-|', 'column 3: | has no place in the marbles of a subscription'],
    ['--^-^', 'column 5: a second \'^\''],
    ['^!-!', 'column 4: a second \'!\''],
    ['!--^', 'column 4: \'^\' after \'!\''],
    ['(!^)', 'column 3: \'^\' after \'!\''],
    ['-(^', 'column 2: \'(\' is never closed'],
    ['^ 5msx', 'column 3: 5 has no place in the marbles of a subscription'],
    [5, 'subscription marbles must be a string, not number 5'],
    [null, 'subscription marbles must be a string, not null'],
  ])('throws a TypeError that names the column of what is wrong: %s', (marbles, message) => {
    const call = () => parseSubscription(marbles as string);
    expect(call).toThrow(TypeError);
    expect(call).toThrow(message);
  });
});

describe('compareDiagrams()', () => {
  const diagrams = (expected: Moment[], came: Moment[]) => compareDiagrams(expected, came).split('\n');
  const values = { a: 'hello', b: 'world' };

  it('puts the same frame in the same column of both', () => {
    expect(diagrams(parseMarbles('-a-b-|', values), parseMarbles('-a--b|', values))).toEqual([
      'expected  -a-b-|',
      'came      -a--b|',
      '  a = "hello"',
      '  b = "world"',
    ]);
  });

  it('makes room for a group in the other row', () => {
    expect(diagrams(parseMarbles('-a-b', values), parseMarbles('-(ab|)')).slice(0, 2)).toEqual([
      'expected  -a    -b',
      'came      -(AB|)',
    ]);
  });

  it('shortens long silences in both rows', () => {
    expect(diagrams(parseMarbles('a 99ms b', values), parseMarbles('a 99ms |')).slice(0, 2)).toEqual([
      'expected  a 99ms b',
      'came      A 99ms |',
    ]);
  });

  it('names what was not expected with letters of its own, and failures by their text', () => {
    const came: Moment[] = [
      { frame: 1, kind: 'next', value: toBytes('other') },
      { frame: 2, kind: 'error', value: new Error('broken') },
    ];
    expect(diagrams(parseMarbles('-a'), came)).toEqual([
      'expected  -a-',
      'came      -A#',
      '  A = "other"',
      '  # = broken',
    ]);
  });

  it('stops a row at its end', () => {
    expect(diagrams(parseMarbles('-|'), parseMarbles('-a--a')).slice(0, 2)).toEqual(['expected  -|', 'came      -a--a']);
  });

  it('goes on from the end of the writes to the abort behind it, with the time between them', () => {
    const writes = (marbles: string) => parseMarbles(marbles, {}, undefined, 'writes');
    expect(diagrams(writes('a|---#'), writes('a|-- 20ms #')).slice(0, 2)).toEqual([
      'expected  a|---#',
      'came      a|---- 18ms #',
    ]);
    expect(diagrams(writes('-|'), writes('-|--#')).slice(0, 2)).toEqual(['expected  -|', 'came      -|--#']);
  });

  it('says so when nothing came', () => {
    expect(diagrams([], [])).toEqual(['expected  (nothing)', 'came      (nothing)']);
  });
});
