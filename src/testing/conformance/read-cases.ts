/** Conformance: `read()`, as section 1 of the contract has it, but for how it fails (abort-cases.ts). */
import { finalize, Subject, take, takeUntil, tap } from 'rxjs';
import { isBytes } from '../../flow/is-bytes.js';
import { firstDifference, joinBytes } from '../bytes.js';
import type { CaseDefinition } from './definition.js';
import type { Stage } from './stage.js';
import { check, equal, failedWith, isPattern, pattern, sizeOf, textOf } from './verdict.js';
import type { Watch } from './watch.js';

export const readCases: readonly CaseDefinition[] = [
  {
    name: 'read() is cold: calling it without subscribing takes nothing',
    async test(stage) {
      stage.near.read();
      stage.writing(stage.far, 'one');
      stage.near.read();
      await stage.reads(stage.reading(stage.near), 'one');
    },
  },
  {
    name: 'nothing is pulled before a subscription',
    needs: ['backpressure'],
    async test(stage) {
      let read = stage.near.read();
      const unsubscribed = () => (read = stage.near.read());
      const { results, size } = await stage.staysFull(stage.far, unsubscribed, 'a read() without a subscription made room for a pending write');
      const reading = stage.watch(read);
      await stage.when('all bytes have come', () => sizeOf(reading) >= size);
      for (const result of results) await stage.isOk(result);
      isPattern(reading.values, size, 'what was read');
    },
  },
  {
    name: 'take(1) pulls exactly one buffer',
    needs: ['backpressure', 'immediate'],
    async test(stage) {
      const { results: filled, size } = await stage.fill(stage.far);
      const results = [...filled];
      for (let at = 0; at < 400; at += 1) results.push(stage.writing(stage.far, pattern(1024, size + at * 1024)));
      const pending = results.filter((result) => !result.isEnded);
      const first = stage.watch(stage.near.read().pipe(take(1)));
      await stage.ended('take(1)', first);
      await stage.quiet();
      const room = pending.filter((result) => result.isEnded).length * 1024;
      check(room <= sizeOf(first), `one buffer of ${sizeOf(first)} bytes was taken, and at least ${room} bytes more were let in`);
    },
  },
  {
    name: 'take(1) emits one buffer, and the next read() goes on where it stopped',
    async test(stage) {
      for (const part of ['one ', 'two ', 'three']) stage.writing(stage.far, part);
      const first = stage.watch(stage.near.read().pipe(take(1)));
      await stage.ended('the first read', first);
      equal(first.values.length, 1, 'buffers of take(1)');
      const rest = stage.reading(stage.near);
      await stage.when('the rest has come', () => sizeOf(first) + sizeOf(rest) >= 13);
      equal(textOf(first) + textOf(rest), 'one two three', 'both reads together');
    },
  },
  {
    name: 'unsubscribing loses nothing: a buffer that arrives later goes to the next subscription',
    async test(stage) {
      const early = stage.reading(stage.near);
      early.unsubscribe();
      stage.writing(stage.far, 'late');
      await stage.quiet();
      await stage.reads(stage.reading(stage.near), 'late');
      equal(early.values.length, 0, 'buffers given to the subscription that was gone');
    },
  },
  {
    name: 'unsubscribing loses nothing of what has arrived already',
    async test(stage) {
      const size = 40 * 3000;
      for (let at = 0; at < 40; at += 1) stage.writing(stage.far, pattern(3000, at * 3000));
      const buffers: Uint8Array[] = [];
      while (joinBytes(buffers).byteLength < size) {
        const one = stage.watch(stage.near.read().pipe(take(1)));
        await stage.ended('take(1)', one);
        check(one.values.length === 1, `a read ended after ${joinBytes(buffers).byteLength} of ${size} bytes`);
        buffers.push(one.values[0]!);
      }
      isPattern(buffers, size, 'the single reads together');
    },
  },
  {
    name: 'every buffer is a Uint8Array of at least 1 byte, with empty writes among the others too',
    async test(stage) {
      const reading = stage.reading(stage.near);
      const empty = new Uint8Array(0);
      for (const data of [empty, 'a', empty, empty, 'b', empty]) stage.writing(stage.far, data);
      stage.watch(stage.far.writev([empty, pattern(1), empty]));
      stage.watch(stage.far.shutdown('write'));
      await stage.ended('the read', reading);
      check(reading.values.every(isBytes), 'something other than a Uint8Array was read');
      check(reading.values.every((buffer) => buffer.byteLength > 0), 'an empty buffer was read');
      equal(sizeOf(reading), 3, 'bytes read');
    },
  },
  {
    name: 'a buffer that was read is never used again by the flow',
    async test(stage) {
      const copies: Uint8Array[] = [];
      const reading = stage.watch(stage.near.read().pipe(tap((buffer) => copies.push(buffer.slice()))));
      for (let at = 0; at < 100; at += 1) stage.writing(stage.far, pattern(8000, at * 8000));
      stage.watch(stage.far.shutdown('write'));
      await stage.ended('the read', reading);
      equal(sizeOf(reading), 800_000, 'bytes read');
      const changed = reading.values.findIndex((buffer, at) => firstDifference(buffer, copies[at]!) >= 0);
      equal(changed, -1, 'the first buffer that changed after it was read');
    },
  },
  {
    name: 'the very buffer that was written is read',
    needs: ['byReference'],
    async test(stage) {
      const [first, second] = [pattern(10), pattern(20)];
      stage.writing(stage.far, first);
      const reading = stage.reading(stage.near);
      stage.writing(stage.far, second);
      await stage.when('both have come', () => reading.values.length >= 2);
      check(reading.values[0] === first && reading.values[1] === second, 'a copy was read');
    },
  },
  {
    name: 'data in flight comes before EOF',
    async test(stage) {
      for (let at = 0; at < 20; at += 1) stage.writing(stage.far, pattern(5000, at * 5000));
      stage.watch(stage.far.shutdown('write'));
      const reading = stage.reading(stage.near);
      await stage.ended('the read', reading);
      equal(reading.ended, 'complete', 'how the read ended');
      isPattern(reading.values, 100_000, 'what was read');
    },
  },
  {
    name: 'EOF from the peer completes a waiting read',
    async test(stage) {
      const reading = stage.reading(stage.near);
      stage.watch(stage.far.shutdown('write'));
      await stage.ended('the read', reading);
      equal(reading.ended, 'complete', 'how the read ended');
      equal(reading.values.length, 0, 'buffers read');
    },
  },
  {
    name: 'EOF is sticky: every later read() completes at once with nothing',
    async test(stage) {
      stage.writing(stage.far, 'last');
      stage.watch(stage.far.shutdown('write'));
      await stage.ended('the first read', stage.reading(stage.near));
      for (let time = 0; time < 3; time += 1) {
        const again = stage.reading(stage.near);
        await stage.ended('a read after EOF', again);
        equal(again.ended, 'complete', 'how a read after EOF ended');
        equal(again.values.length, 0, 'buffers read after EOF');
      }
    },
  },
  {
    name: 'a second subscription while one is active errors with code busy, and its message says to share()',
    async test(stage) {
      stage.reading(stage.near);
      const second = stage.reading(stage.near);
      await stage.ended('the second read', second);
      const error = failedWith(second, 'busy', 'the second read');
      check(error.message.includes('share()'), 'the message of the busy error does not say share()');
    },
  },
  {
    name: 'the first subscription goes on when a second is refused, and gets every byte',
    async test(stage) {
      const first = stage.reading(stage.near);
      stage.writing(stage.far, 'before ');
      await stage.reads(first, 'before ');
      const second = stage.reading(stage.near);
      stage.writing(stage.far, 'after');
      await stage.reads(first, 'before after');
      await stage.ended('the second read', second);
      equal(second.values.length, 0, 'buffers the refused read got');
      check(!first.isEnded, 'the first read ended');
    },
  },
  {
    name: 'after a refused subscription and the end of the first, the next one is let in',
    async test(stage) {
      const first = stage.reading(stage.near);
      stage.reading(stage.near);
      first.unsubscribe();
      stage.writing(stage.far, 'third');
      await stage.reads(stage.reading(stage.near), 'third');
    },
  },
  {
    name: 'a subscription made in the complete of take(1) is accepted',
    async test(stage) {
      for (const part of ['one ', 'two ', 'three']) stage.writing(stage.far, part);
      const next = later(stage);
      const first = stage.watch(stage.near.read().pipe(take(1), tap({ complete: next.read })));
      await stage.when('three words have come', () => sizeOf(first) + next.size() >= 13 || next.isEnded());
      check(!next.isEnded(), 'the second read was refused');
      equal(textOf(first) + next.text(), 'one two three', 'what both read');
    },
  },
  {
    name: 'a subscription made in the complete of takeUntil is accepted',
    async test(stage) {
      const stop = new Subject<void>();
      const next = later(stage);
      const stopped = stage.near.read().pipe(takeUntil(stop));
      const first = stage.watch(stopped.pipe(tap({ complete: next.read })));
      stage.writing(stage.far, 'one ');
      await stage.reads(first, 'one ');
      stop.next();
      stage.writing(stage.far, 'two');
      await stage.when('the other word has come', () => next.size() >= 3 || next.isEnded());
      check(!next.isEnded(), 'the second read was refused');
      equal(next.text(), 'two', 'what the second read');
    },
  },
  {
    name: 'a subscription made in the teardown of the one before is accepted',
    async test(stage) {
      const next = later(stage);
      const first = stage.watch(stage.near.read().pipe(take(1), finalize(next.read)));
      stage.writing(stage.far, 'one ');
      await stage.ended('take(1)', first);
      stage.writing(stage.far, 'two');
      await stage.when('the next read has brought it', () => next.size() >= 3 || next.isEnded());
      check(!next.isEnded(), 'the second read was refused');
      equal(textOf(first) + next.text(), 'one two', 'what both read');
    },
  },
  {
    name: 'EOF is seen by the read that comes after take(1)',
    async test(stage) {
      stage.writing(stage.far, 'only');
      stage.watch(stage.far.shutdown('write'));
      const first = stage.watch(stage.near.read().pipe(take(1)));
      await stage.ended('take(1)', first);
      const rest = stage.reading(stage.near);
      await stage.ended('the next read', rest);
      equal(rest.ended, 'complete', 'how the next read ended');
      equal(textOf(first) + textOf(rest), 'only', 'what both read');
    },
  },
];

/** A read of the near flow that is still to be made, from inside the end of another. */
function later(stage: Stage) {
  let reading: Watch<Uint8Array> | undefined;
  return {
    read: () => void (reading = stage.reading(stage.near)),
    size: () => reading?.byteLength ?? 0,
    text: () => (reading === undefined ? '' : textOf(reading)),
    isEnded: () => reading?.isEnded ?? false,
  };
}
