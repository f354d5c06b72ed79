/** Conformance: `abort()` and what the peer sees of it, as section 1 of the contract has them. */
import { take, tap } from 'rxjs';
import type { WriteResult } from '../../flow/flow.js';
import { toBytes } from '../bytes.js';
import type { CaseDefinition } from './definition.js';
import { check, equal, failedWith, isCoded, sizeOf, textOf } from './verdict.js';
import type { Watch } from './watch.js';

export const abortCases: readonly CaseDefinition[] = [
  {
    name: 'abort() errors a waiting read with code aborted and the reason as its cause',
    async test(stage) {
      const reading = stage.reading(stage.near);
      const reason = new Error('the reason');
      stage.near.abort(reason);
      await stage.ended('the read', reading);
      equal(failedWith(reading, 'aborted', 'the read').cause, reason, 'cause of its error');
    },
  },
  {
    name: 'abort() errors closed with code aborted and the reason as its cause, now and later',
    async test(stage) {
      const early = stage.watch(stage.near.closed);
      const reason = { any: 'value' };
      stage.near.abort(reason);
      for (const closed of [early, stage.watch(stage.near.closed)]) {
        await stage.ended('closed', closed);
        equal(failedWith(closed, 'aborted', 'closed').cause, reason, 'cause of its error');
      }
    },
  },
  {
    name: 'abort() without a reason has no cause',
    async test(stage) {
      stage.near.abort();
      const closed = stage.watch(stage.near.closed);
      await stage.ended('closed', closed);
      equal(failedWith(closed, 'aborted', 'closed').cause, undefined, 'cause of its error');
    },
  },
  {
    name: 'abort() takes any reason, one that is falsy too',
    async test(stage) {
      stage.near.abort(0);
      const reading = stage.reading(stage.near);
      await stage.ended('a read after abort(0)', reading);
      equal(failedWith(reading, 'aborted', 'a read after abort(0)').cause, 0, 'cause of its error');
    },
  },
  {
    name: 'abort() is sticky: every later read() errors with code aborted',
    async test(stage) {
      stage.near.abort();
      for (let time = 0; time < 3; time += 1) {
        const reading = stage.reading(stage.near);
        await stage.ended('a read after abort()', reading);
        failedWith(reading, 'aborted', 'a read after abort()');
      }
    },
  },
  {
    name: 'abort() drops the unread data of this side',
    async test(stage) {
      stage.writing(stage.far, 'unread');
      await stage.quiet();
      stage.near.abort();
      const reading = stage.reading(stage.near);
      await stage.ended('a read after abort()', reading);
      equal(sizeOf(reading), 0, 'bytes read after abort()');
      failedWith(reading, 'aborted', 'a read after abort()');
    },
  },
  {
    name: 'abort() resolves pending writes to {ok: false}, for all who subscribe, and the results do not error',
    needs: ['backpressure'],
    async test(stage) {
      const { pending } = await stage.fill(stage.near);
      const another = stage.writing(stage.near, 'waits too');
      const again = [pending, another].map(({ source }) => stage.watch(source));
      stage.near.abort();
      for (const result of [pending, another, ...again]) await stage.isRefused(result);
      for (const { source } of [pending, another]) await stage.isRefused(stage.watch(source));
    },
  },
  {
    name: 'writes after abort() are {ok: false}, and their results do not error',
    async test(stage) {
      stage.near.abort();
      await stage.isRefused(stage.writing(stage.near, 'late'));
      await stage.isRefused(stage.watch(stage.near.writev([toBytes('late')])));
      await stage.isRefused(stage.writing(stage.near, new Uint8Array(0)));
    },
  },
  {
    name: 'after a failed write no later write succeeds',
    needs: ['backpressure'],
    async test(stage) {
      const { pending } = await stage.fill(stage.near);
      stage.near.abort();
      await stage.isRefused(pending);
      stage.reading(stage.far);
      await stage.quiet();
      for (let time = 0; time < 3; time += 1) await stage.isRefused(stage.writing(stage.near, 'late'));
    },
  },
  {
    name: 'abort() has ended both directions before it tells anybody: a write or an end in answer to it is too late',
    needs: ['reset'],
    async test(stage) {
      const peer = stage.reading(stage.far);
      const late: Watch<WriteResult>[] = [];
      const answer = () => {
        late.push(stage.writing(stage.near, 'late'));
        stage.watch(stage.near.shutdown('write'));
      };
      stage.watch(stage.near.read().pipe(tap({ error: answer })));
      stage.near.abort();
      await stage.ended('the read of the peer', peer);
      failedWith(peer, 'reset', 'the read of the peer');
      equal(textOf(peer), '', 'what the peer read');
      await stage.when('the read has failed', () => late.length > 0);
      for (const write of late) await stage.isRefused(write);
    },
  },
  {
    name: 'abort() is idempotent: the first reason stays',
    async test(stage) {
      stage.near.abort('first');
      stage.near.abort('second');
      for (const watch of [stage.watch(stage.near.closed), stage.reading(stage.near)]) {
        await stage.ended('closed or a read', watch);
        equal(failedWith(watch, 'aborted', 'closed or a read').cause, 'first', 'cause of its error');
      }
    },
  },
  {
    name: 'abort() inside next() ends the read there and then',
    async test(stage) {
      for (const part of ['one', 'two', 'three']) stage.writing(stage.far, part);
      let buffers = 0;
      const stop = () => {
        buffers += 1;
        stage.near.abort('stop');
      };
      const reading = stage.watch(stage.near.read().pipe(tap(stop)));
      await stage.ended('the read', reading);
      equal(failedWith(reading, 'aborted', 'the read').cause, 'stop', 'cause of its error');
      equal(buffers, 1, 'buffers read');
    },
  },
  {
    name: 'abort() errors a close() that waits, and one that comes later, as closed does',
    needs: ['peer', 'halfClose'],
    async test(stage) {
      const waiting = stage.watch(stage.near.close());
      stage.near.abort('given up');
      for (const close of [waiting, stage.watch(stage.near.close())]) {
        await stage.ended('close()', close);
        equal(failedWith(close, 'aborted', 'close()').cause, 'given up', 'cause of its error');
      }
    },
  },
  {
    name: "shutdown() after abort() ends, and changes nothing",
    async test(stage) {
      stage.near.abort();
      for (const mode of ['read', 'write', 'read_write'] as const) {
        await stage.ended(`shutdown('${mode}')`, stage.watch(stage.near.shutdown(mode)));
      }
      const closed = stage.watch(stage.near.closed);
      await stage.ended('closed', closed);
      failedWith(closed, 'aborted', 'closed');
    },
  },
  {
    name: 'abort() after the end changes nothing: closed stays complete and reads stay at EOF',
    async test(stage) {
      for (const flow of [stage.near, stage.far]) {
        stage.reading(flow);
        stage.watch(flow.shutdown('write'));
      }
      await stage.ended('closed', stage.watch(stage.near.closed));
      stage.near.abort();
      for (const watch of [stage.watch(stage.near.closed), stage.reading(stage.near)]) {
        await stage.ended('closed or a read', watch);
        equal(watch.ended, 'complete', 'how it ended');
      }
    },
  },
  {
    name: 'the peer of an aborted flow gets the data that had reached it, then reset',
    needs: ['reset'],
    async test(stage) {
      const reading = stage.reading(stage.far);
      await stage.accepted(stage.near, 'reached');
      await stage.reads(reading, 'reached');
      stage.near.abort();
      await stage.ended('the read of the peer', reading);
      failedWith(reading, 'reset', 'the read of the peer');
    },
  },
  {
    name: 'a failure comes after the unread data that preceded it',
    needs: ['reset', 'immediate'],
    async test(stage) {
      for (const part of ['one ', 'two ', 'three']) stage.writing(stage.near, part);
      stage.near.abort();
      const first = stage.watch(stage.far.read().pipe(take(1)));
      await stage.ended('take(1)', first);
      const rest = stage.reading(stage.far);
      await stage.ended('the read of the peer', rest);
      equal(textOf(first) + textOf(rest), 'one two three', 'what the peer read before the failure');
      failedWith(rest, 'reset', 'the read of the peer');
    },
  },
  {
    name: 'a failure comes after the data that had reached the peer, though nobody reads before both have come',
    needs: ['reset', 'keepsUnread'],
    async test(stage) {
      await stage.accepted(stage.near, 'reached');
      await stage.quiet();
      stage.near.abort();
      await stage.quiet();
      const reading = stage.reading(stage.far);
      await stage.ended('the read of the peer', reading);
      equal(textOf(reading), 'reached', 'what the peer read before the failure');
      failedWith(reading, 'reset', 'the read of the peer');
    },
  },
  {
    name: 'a failure that came while nobody was reading is told to the next read()',
    needs: ['reset'],
    async test(stage) {
      stage.near.abort();
      await stage.quiet();
      const reading = stage.reading(stage.far);
      await stage.ended('the read of the peer', reading);
      failedWith(reading, 'reset', 'the read of the peer');
    },
  },
  {
    name: 'a failure is sticky: every later read() errors with the same code',
    needs: ['reset'],
    async test(stage) {
      const reading = stage.reading(stage.far);
      stage.near.abort();
      await stage.ended('the read of the peer', reading);
      for (let time = 0; time < 3; time += 1) {
        const again = stage.reading(stage.far);
        await stage.ended('a later read', again);
        failedWith(again, 'reset', 'a later read');
      }
    },
  },
  {
    name: "a failure stays a failure: shutdown('read') makes no later read() complete",
    async test(stage) {
      stage.near.abort();
      stage.watch(stage.near.shutdown('read'));
      const reading = stage.reading(stage.near);
      await stage.ended("a read after abort() and shutdown('read')", reading);
      failedWith(reading, 'aborted', "a read after abort() and shutdown('read')");
    },
  },
  {
    name: 'a reset errors closed, now and later, and a close() that waits or comes later',
    needs: ['reset'],
    async test(stage) {
      const early = stage.watch(stage.far.closed);
      stage.reading(stage.far);
      stage.near.abort();
      await stage.ended('closed', early);
      for (const watch of [early, stage.watch(stage.far.closed), stage.watch(stage.far.close())]) {
        await stage.ended('closed or close()', watch);
        failedWith(watch, 'reset', 'closed or close()');
      }
    },
  },
  {
    name: 'a reset resolves pending writes to {ok: false}, and no later write succeeds',
    needs: ['reset', 'backpressure'],
    async test(stage) {
      const { pending } = await stage.fill(stage.far);
      // A transport may still take some by itself, late, as it may the block before: the last of many it does not reach.
      const more = Array.from({ length: 8 }, () => stage.writing(stage.far, new Uint8Array(2 ** 20)));
      stage.reading(stage.far);
      stage.near.abort();
      for (const one of [pending, ...more]) await stage.ended('a pending write', one);
      isCoded(await stage.isRefused(more.at(-1)!), 'reset', 'the error of a pending write');
      await stage.isRefused(stage.writing(stage.far, 'late'));
    },
  },
  {
    name: 'errors are FlowErrors with a code and a message that names the flow, and never the payload',
    async test(stage) {
      check(typeof stage.near.name === 'string' && stage.near.name.length > 0, 'the flow has no name');
      stage.watch(stage.near.shutdown('write'));
      const refused = await stage.isRefused(stage.writing(stage.near, 'SECRET'), 'closed');
      check(refused instanceof Error, 'the error is no Error');
      check(refused.message.includes(stage.near.name), `the message does not name ${stage.near.name}: ${refused.message}`);
      check(!refused.message.includes('SECRET'), 'the message shows the payload');
    },
  },
];
