/** Conformance: `write()` and `writev()`, as section 1 of the contract has them. */
import { tap } from 'rxjs';
import { firstDifference, joinBytes, toBytes } from '../bytes.js';
import type { CaseDefinition } from './definition.js';
import { check, equal, isPattern, pattern, sizeOf, textOf, throwsTypeError } from './verdict.js';

export const writeCases: readonly CaseDefinition[] = [
  {
    name: 'write() is hot: the bytes go whether or not anybody subscribes to the result',
    async test(stage) {
      stage.near.write(toBytes('unwatched'));
      await stage.reads(stage.reading(stage.far), 'unwatched');
    },
  },
  {
    name: 'the bytes go once, however many subscribe to the result',
    async test(stage) {
      const reading = stage.reading(stage.far);
      const result = stage.near.write(toBytes('once'));
      for (let time = 0; time < 3; time += 1) await stage.isOk(stage.watch(result));
      stage.watch(stage.near.shutdown('write'));
      await stage.ended('the read', reading);
      equal(textOf(reading), 'once', 'what was read');
    },
  },
  {
    name: 'the result emits exactly one {ok: true} and completes',
    async test(stage) {
      stage.reading(stage.far);
      const result = stage.writing(stage.near, 'x');
      await stage.ended('the write', result);
      equal(result.ended, 'complete', 'how the result ended');
      equal(result.values.length, 1, 'results');
      equal(result.values[0]?.ok, true, 'ok of the result');
    },
  },
  {
    name: 'the result replays to those who subscribe after it has settled',
    async test(stage) {
      stage.reading(stage.far);
      const source = stage.near.write(toBytes('x'));
      await stage.isOk(stage.watch(source));
      const late = stage.watch(source);
      await stage.ended('the late subscription', late);
      equal(late.values.length, 1, 'results of the late subscription');
      equal(late.values[0]?.ok, true, 'ok of the late subscription');
    },
  },
  {
    name: 'unsubscribing from a result takes nothing back',
    async test(stage) {
      stage.writing(stage.near, 'kept ').unsubscribe();
      stage.writing(stage.near, 'too').unsubscribe();
      await stage.reads(stage.reading(stage.far), 'kept too');
    },
  },
  {
    name: 'a queued write cannot be cancelled by unsubscribing from its pending result',
    needs: ['backpressure'],
    async test(stage) {
      const { size, pending } = await stage.fill(stage.near);
      pending.unsubscribe();
      stage.writing(stage.near, pattern(100, size)).unsubscribe();
      const reading = stage.reading(stage.far);
      await stage.when('all bytes have come', () => sizeOf(reading) >= size + 100);
      isPattern(reading.values, size + 100, 'what was read');
    },
  },
  {
    name: 'writes arrive in call order',
    async test(stage) {
      const reading = stage.reading(stage.far);
      const words = Array.from({ length: 2000 }, (_, at) => `${at} `);
      for (const word of words) stage.near.write(toBytes(word));
      stage.watch(stage.near.shutdown('write'));
      await stage.ended('the read', reading);
      equal(textOf(reading), words.join(''), 'what was read');
    },
  },
  {
    name: 'writes made inside a delivery keep the call order',
    async test(stage) {
      const frame = (buffer: Uint8Array) => {
        stage.near.write(toBytes('<'));
        stage.near.writev([buffer, toBytes('>')]);
      };
      stage.watch(stage.near.read().pipe(tap(frame)));
      const answers = stage.reading(stage.far);
      let expected = '';
      for (const question of ['a', 'b', 'c', 'd', 'e']) {
        stage.writing(stage.far, question);
        expected += `<${question}>`;
        await stage.reads(answers, expected);
      }
    },
  },
  {
    name: 'an echo written inside next() comes back in order',
    async test(stage) {
      stage.watch(stage.near.read().pipe(tap((buffer) => stage.near.write(buffer))));
      const reading = stage.reading(stage.far);
      for (let at = 0; at < 200; at += 1) stage.writing(stage.far, pattern(50, at * 50));
      await stage.when('all bytes are back', () => sizeOf(reading) >= 10_000 || reading.isEnded);
      isPattern(reading.values, 10_000, 'what came back');
    },
  },
  {
    name: 'a large buffer is written to its last byte before its result is ok',
    async test(stage) {
      const size = 3_000_001;
      const reading = stage.reading(stage.far);
      const result = stage.writing(stage.near, pattern(size));
      stage.writing(stage.near, pattern(9, size));
      stage.watch(stage.near.shutdown('write'));
      await stage.ended('the read', reading);
      isPattern(reading.values, size + 9, 'what was read');
      await stage.isOk(result);
    },
  },
  {
    name: 'above the high-water mark a result stays pending until there is room',
    needs: ['backpressure'],
    async test(stage) {
      const { size, pending } = await stage.staysFull(stage.near, () => undefined, 'the result did not stay pending');
      const reading = stage.reading(stage.far);
      await stage.isOk(pending);
      await stage.when('all bytes have come', () => sizeOf(reading) >= size);
      isPattern(reading.values, size, 'what was read');
    },
  },
  {
    name: 'above the high-water mark the result of writev() stays pending too',
    needs: ['backpressure'],
    async test(stage) {
      const inTwo = { write: (buffer: Uint8Array) => stage.near.writev([buffer.subarray(0, 1000), buffer.subarray(1000)]) };
      const { size, pending } = await stage.staysFull(inTwo, () => undefined, 'the result did not stay pending');
      const reading = stage.reading(stage.far);
      await stage.isOk(pending);
      await stage.when('all bytes have come', () => sizeOf(reading) >= size);
      isPattern(reading.values, size, 'what was read');
    },
  },
  {
    name: 'a pending result emits exactly one {ok: true} and completes, for each who subscribes, while it is pending or later',
    needs: ['backpressure'],
    async test(stage) {
      const { pending } = await stage.fill(stage.near);
      const others = [stage.near.write(pattern(1000)), stage.near.writev([pattern(500), pattern(500)])];
      const sources = [pending.source, ...others];
      const early = sources.flatMap((source) => [stage.watch(source), stage.watch(source)]);
      stage.reading(stage.far);
      for (const result of [pending, ...early]) await stage.isOk(result);
      for (const source of sources) await stage.isOk(stage.watch(source));
    },
  },
  {
    name: 'pending results settle in call order',
    needs: ['backpressure'],
    async test(stage) {
      const { pending, size } = await stage.fill(stage.near);
      const results = [
        stage.near.write(pattern(1000, size)),
        stage.near.writev([pattern(500, size + 1000), pattern(500, size + 1500)]),
        stage.near.write(pattern(1000, size + 2000)),
      ];
      let settled = 0;
      let isInOrder = true;
      const note = (at: number) => {
        isInOrder &&= pending.isEnded && at === settled;
        settled += 1;
      };
      results.forEach((result, at) => stage.watch(result.pipe(tap({ complete: () => note(at) }))));
      const reading = stage.reading(stage.far);
      await stage.when('all results have settled or one out of order has', () => {
        check(isInOrder, 'a later write settled before an earlier one');
        return settled === results.length;
      });
      await stage.when('all bytes have come', () => sizeOf(reading) >= size + 3000);
      isPattern(reading.values, size + 3000, 'what was read');
    },
  },
  {
    name: 'an empty buffer is ok, sends nothing and is no EOF',
    async test(stage) {
      const reading = stage.reading(stage.far);
      await stage.accepted(stage.near, new Uint8Array(0));
      await stage.accepted(stage.near, 'after');
      await stage.reads(reading, 'after');
      check(!reading.isEnded, 'the read of the peer ended');
    },
  },
  {
    name: 'an empty buffer is closed once the write side has ended',
    async test(stage) {
      stage.watch(stage.near.shutdown('write'));
      await stage.isRefused(stage.writing(stage.near, new Uint8Array(0)), 'closed');
      await stage.isRefused(stage.watch(stage.near.writev([new Uint8Array(0)])), 'closed');
    },
  },
  {
    name: 'a written buffer is never changed by the flow',
    async test(stage) {
      const buffers = Array.from({ length: 20 }, (_, at) => pattern(7000, at * 7000));
      const copies = buffers.map((buffer) => buffer.slice());
      const reading = stage.reading(stage.far);
      for (const buffer of buffers) stage.writing(stage.near, buffer);
      stage.watch(stage.near.writev(buffers));
      await stage.when('all bytes have come', () => sizeOf(reading) >= 224_000 || reading.isEnded);
      const changed = buffers.findIndex((buffer, at) => firstDifference(buffer, copies[at]!) >= 0);
      equal(changed, -1, 'the first written buffer that changed');
    },
  },
  {
    name: 'only the view is written, not the memory around it',
    async test(stage) {
      const memory = toBytes('....inside....');
      const reading = stage.reading(stage.far);
      await stage.accepted(stage.near, memory.subarray(4, 10));
      stage.watch(stage.near.shutdown('write'));
      await stage.ended('the read', reading);
      equal(textOf(reading), 'inside', 'what was read');
    },
  },
  {
    name: 'bytes that text would change arrive as they are: byte order marks, line ends, what is no UTF-8',
    async test(stage) {
      const delicate = ['efbbbf61', 'efbbbf', 'fffe', '0d0a', '0d', '0a', '00', '1a04', 'eda080', 'c3', 'a9', 'f09f98', '80ff'];
      const buffers = delicate.map((hex) => Uint8Array.from(hex.match(/../g)!, (byte) => parseInt(byte, 16)));
      const sent = joinBytes(buffers);
      const reading = stage.reading(stage.far);
      for (const buffer of buffers) stage.writing(stage.near, buffer);
      stage.watch(stage.near.shutdown('write'));
      await stage.ended('the read', reading);
      const at = firstDifference(joinBytes(reading.values), sent);
      check(at < 0, `byte ${at} of ${delicate.join(' ')} came otherwise than it was written`);
    },
  },
  {
    name: 'a subclass of Uint8Array is as good as one',
    async test(stage) {
      class Bytes extends Uint8Array {}
      stage.writing(stage.near, Bytes.from(toBytes('sub')));
      await stage.reads(stage.reading(stage.far), 'sub');
    },
  },
  {
    name: 'write() throws a TypeError that names what came instead of a Uint8Array, and sends nothing',
    async test(stage) {
      for (const [value, name] of NO_BYTES) throwsTypeError(() => stage.near.write(value as Uint8Array), name);
      stage.writing(stage.near, 'good');
      await stage.reads(stage.reading(stage.far), 'good');
    },
  },
  {
    name: 'writev() throws a TypeError that names what came among the buffers, and sends none of them',
    async test(stage) {
      for (const [value, name] of NO_BYTES) {
        throwsTypeError(() => stage.near.writev([toBytes('bad'), value as Uint8Array, toBytes('bad')]), name);
      }
      throwsTypeError(() => stage.near.writev('bad' as never), /string/i);
      stage.writing(stage.near, 'good');
      await stage.reads(stage.reading(stage.far), 'good');
    },
  },
  {
    name: 'writev() sends its buffers in order, with one result for all',
    async test(stage) {
      const result = stage.watch(stage.near.writev(['one ', 'two ', 'three'].map(toBytes)));
      await stage.reads(stage.reading(stage.far), 'one two three');
      await stage.isOk(result);
      equal(result.values.length, 1, 'results');
    },
  },
  {
    name: 'writev() is one write: no bytes of another write come in between',
    async test(stage) {
      const reading = stage.reading(stage.far);
      const letters = 'abcdefgh'.split('');
      for (const letter of letters) {
        stage.watch(stage.near.writev(Array.from({ length: 50 }, () => toBytes(letter.repeat(300)))));
        stage.writing(stage.near, '|');
      }
      stage.watch(stage.near.shutdown('write'));
      await stage.ended('the read', reading);
      equal(textOf(reading), letters.map((letter) => `${letter.repeat(15_000)}|`).join(''), 'what was read');
    },
  },
  {
    name: 'writev() stays one write while writes before it are pending',
    needs: ['backpressure'],
    async test(stage) {
      const { size } = await stage.fill(stage.near);
      stage.watch(stage.near.writev([pattern(500, size), pattern(500, size + 500), pattern(500, size + 1000)]));
      const last = stage.writing(stage.near, pattern(500, size + 1500));
      const reading = stage.reading(stage.far);
      await stage.isOk(last);
      await stage.when('all bytes have come', () => sizeOf(reading) >= size + 2000 || reading.isEnded);
      isPattern(reading.values, size + 2000, 'what was read');
    },
  },
  {
    name: 'writev() of nothing, or of empty buffers, is ok and sends nothing of them',
    async test(stage) {
      const reading = stage.reading(stage.far);
      await stage.isOk(stage.watch(stage.near.writev([])));
      await stage.isOk(stage.watch(stage.near.writev([new Uint8Array(0), new Uint8Array(0)])));
      await stage.isOk(stage.watch(stage.near.writev([new Uint8Array(0), toBytes('x'), new Uint8Array(0), toBytes('y')])));
      await stage.reads(reading, 'xy');
    },
  },
  {
    name: 'many small writes arrive, each with a result',
    async test(stage) {
      const reading = stage.reading(stage.far);
      const results = Array.from({ length: 1500 }, (_, at) => stage.writing(stage.near, pattern(16, at * 16)));
      for (const result of results) await stage.isOk(result);
      await stage.when('all bytes have come', () => sizeOf(reading) >= 24_000 || reading.isEnded);
      isPattern(reading.values, 24_000, 'what was read');
    },
  },
  {
    name: 'both directions run at once, and neither mixes with the other',
    async test(stage) {
      const readings = [stage.reading(stage.near), stage.reading(stage.far)];
      for (let at = 0; at < 50; at += 1) {
        for (const flow of [stage.near, stage.far]) stage.writing(flow, pattern(10_000, at * 10_000));
      }
      for (const reading of readings) {
        await stage.when('all bytes have come', () => sizeOf(reading) >= 500_000 || reading.isEnded);
        isPattern(reading.values, 500_000, 'what was read');
      }
    },
  },
  {
    name: 'a hundred questions and answers go back and forth',
    async test(stage) {
      const answers = stage.reading(stage.near);
      stage.watch(stage.far.read().pipe(tap((buffer) => stage.far.write(buffer))));
      for (let round = 1; round <= 100; round += 1) {
        stage.near.write(pattern(1, round - 1));
        await stage.when(`answer ${round} has come`, () => sizeOf(answers) >= round || answers.isEnded);
      }
      isPattern(answers.values, 100, 'the answers');
    },
  },
];

/** What plain JavaScript may hand in for bytes, and what the message must name: its type, or its constructor. */
const NO_BYTES: readonly (readonly [unknown, RegExp])[] = [
  ['text', /string/i],
  [42, /number/i],
  [null, /null/i],
  [undefined, /undefined/i],
  [[1, 2, 3], /array/i],
  [{ length: 3 }, /object/i],
  [new ArrayBuffer(4), /arraybuffer/i],
  [new DataView(new ArrayBuffer(4)), /dataview/i],
  [new Uint16Array(4), /uint16array/i],
];
