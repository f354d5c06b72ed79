/** Conformance: `shutdown()`, as section 1 of the contract has it. */
import { toBytes } from '../bytes.js';
import type { CaseDefinition } from './definition.js';
import { check, completed, equal, isPattern, pattern, textOf } from './verdict.js';

export const shutdownCases: readonly CaseDefinition[] = [
  {
    name: "shutdown('write') is hot: it happens whether or not anybody subscribes",
    async test(stage) {
      stage.near.shutdown('write');
      await stage.ended('the read of the peer', stage.reading(stage.far));
    },
  },
  {
    name: "shutdown('write') flushes the writes before it, then signals EOF",
    async test(stage) {
      const results = Array.from({ length: 30 }, (_, at) => stage.writing(stage.near, pattern(9000, at * 9000)));
      stage.watch(stage.near.shutdown('write'));
      const reading = stage.reading(stage.far);
      await stage.ended('the read of the peer', reading);
      equal(reading.ended, 'complete', 'how the read of the peer ended');
      isPattern(reading.values, 270_000, 'what the peer read');
      for (const result of results) await stage.isOk(result);
    },
  },
  {
    name: "shutdown('write') flushes writes that are pending, and settles after them",
    needs: ['backpressure'],
    async test(stage) {
      const { size, pending } = await stage.fill(stage.near);
      const shutdown = stage.watch(stage.near.shutdown('write'));
      await stage.quiet();
      check(!shutdown.isEnded || pending.isEnded, "shutdown('write') settled before a pending write");
      const reading = stage.reading(stage.far);
      await stage.isOk(pending);
      await stage.ended('the read of the peer', reading);
      isPattern(reading.values, size, 'what the peer read');
      await stage.ended("shutdown('write')", shutdown);
      equal(shutdown.ended, 'complete', "how shutdown('write') ended");
    },
  },
  {
    name: "shutdown('write') completes, though the peer goes on",
    needs: ['halfClose'],
    async test(stage) {
      const shutdown = stage.watch(stage.near.shutdown('write'));
      await stage.ended("shutdown('write')", shutdown);
      completed(shutdown, "shutdown('write')");
    },
  },
  {
    name: "shutdown('write') is idempotent, and replayed to every caller",
    async test(stage) {
      const first = stage.near.shutdown('write');
      await stage.ended("the first shutdown('write')", stage.watch(first));
      for (const again of [stage.near.shutdown('write'), first, stage.near.shutdown('write')]) {
        const watch = stage.watch(again);
        await stage.ended("a later shutdown('write')", watch);
        completed(watch, "a later shutdown('write')");
      }
      const reading = stage.reading(stage.far);
      await stage.ended('the read of the peer', reading);
      equal(reading.ended, 'complete', 'how the read of the peer ended');
    },
  },
  {
    name: "a shutdown('write') that waits for pending writes is replayed to every caller, while it waits or later",
    needs: ['backpressure'],
    async test(stage) {
      await stage.fill(stage.near);
      const first = stage.near.shutdown('write');
      const waiting = [first, first, stage.near.shutdown('write')].map((source) => stage.watch(source));
      stage.reading(stage.far);
      for (const watch of waiting) {
        await stage.ended("a shutdown('write') that waited", watch);
        completed(watch, "a shutdown('write') that waited");
      }
      for (const source of [first, stage.near.shutdown('write')]) {
        const watch = stage.watch(source);
        await stage.ended("a later shutdown('write')", watch);
        completed(watch, "a later shutdown('write')");
      }
    },
  },
  {
    name: "writes after shutdown('write') are closed, and nothing of them is sent",
    async test(stage) {
      stage.writing(stage.near, 'before');
      stage.watch(stage.near.shutdown('write'));
      for (let time = 0; time < 3; time += 1) {
        await stage.isRefused(stage.writing(stage.near, 'after'), 'closed');
        await stage.isRefused(stage.watch(stage.near.writev([toBytes('after')])), 'closed');
      }
      const reading = stage.reading(stage.far);
      await stage.ended('the read of the peer', reading);
      equal(textOf(reading), 'before', 'what the peer read');
    },
  },
  {
    name: "reading goes on after shutdown('write')",
    needs: ['halfClose'],
    async test(stage) {
      const reading = stage.reading(stage.near);
      stage.watch(stage.near.shutdown('write'));
      await stage.ended('the read of the peer', stage.reading(stage.far));
      await stage.accepted(stage.far, 'still ');
      await stage.accepted(stage.far, 'here');
      await stage.reads(reading, 'still here');
    },
  },
  {
    name: "what comes after shutdown('write'), with the end of the peer behind it, waits for whoever reads late",
    needs: ['halfClose'],
    async test(stage) {
      stage.watch(stage.near.shutdown('write'));
      await stage.ended('the read of the peer', stage.reading(stage.far));
      stage.writing(stage.far, 'kept');
      stage.watch(stage.far.shutdown('write'));
      await stage.quiet();
      const reading = stage.reading(stage.near);
      await stage.ended('the read', reading);
      equal(reading.ended, 'complete', 'how the read ended');
      equal(textOf(reading), 'kept', 'what was read after both ends');
    },
  },
  {
    name: 'a half-closed conversation ends in order: the question, its EOF, the answer, its EOF',
    needs: ['halfClose'],
    async test(stage) {
      stage.writing(stage.near, 'question');
      stage.watch(stage.near.shutdown('write'));
      const question = stage.reading(stage.far);
      await stage.ended('the question', question);
      for (let at = 0; at < 20; at += 1) stage.writing(stage.far, pattern(10_000, at * 10_000));
      stage.watch(stage.far.shutdown('write'));
      const answer = stage.reading(stage.near);
      await stage.ended('the answer', answer);
      equal(textOf(question), 'question', 'the question');
      isPattern(answer.values, 200_000, 'the answer');
    },
  },
  {
    name: "shutdown('read') is hot: it happens whether or not anybody subscribes",
    async test(stage) {
      const reading = stage.reading(stage.near);
      stage.near.shutdown('read');
      await stage.ended('the read', reading);
      equal(reading.ended, 'complete', 'how the read ended');
    },
  },
  {
    name: "shutdown('read') completes a pending read",
    async test(stage) {
      const reading = stage.reading(stage.near);
      await stage.accepted(stage.far, 'one');
      await stage.reads(reading, 'one');
      stage.watch(stage.near.shutdown('read'));
      await stage.ended('the read', reading);
      equal(reading.ended, 'complete', 'how the read ended');
    },
  },
  {
    name: "shutdown('read') completes, and so does the next",
    async test(stage) {
      for (let time = 0; time < 2; time += 1) {
        const shutdown = stage.watch(stage.near.shutdown('read'));
        await stage.ended("shutdown('read')", shutdown);
        completed(shutdown, "shutdown('read')");
      }
    },
  },
  {
    name: "shutdown('read') drops unread data: later reads complete with nothing",
    async test(stage) {
      stage.writing(stage.far, 'unread');
      await stage.quiet();
      stage.watch(stage.near.shutdown('read'));
      const reading = stage.reading(stage.near);
      await stage.ended("a read after shutdown('read')", reading);
      equal(reading.ended, 'complete', 'how it ended');
      equal(reading.values.length, 0, 'buffers read');
    },
  },
  {
    name: "shutdown('read') drops future data, and never blocks the peer",
    async test(stage) {
      stage.watch(stage.near.shutdown('read'));
      for (let at = 0; at < 128; at += 1) await stage.accepted(stage.far, pattern(65_536));
      const reading = stage.reading(stage.near);
      await stage.ended("a read after shutdown('read')", reading);
      equal(reading.values.length, 0, 'buffers read');
    },
  },
  {
    name: "shutdown('read') lets a peer go on that was blocked",
    needs: ['backpressure'],
    async test(stage) {
      const { results } = await stage.fill(stage.far);
      stage.watch(stage.near.shutdown('read'));
      for (const result of results) await stage.isOk(result);
    },
  },
  {
    name: "writing goes on after shutdown('read')",
    needs: ['halfClose'],
    async test(stage) {
      stage.watch(stage.near.shutdown('read'));
      const reading = stage.reading(stage.far);
      await stage.accepted(stage.near, 'still ');
      await stage.accepted(stage.near, 'writing');
      await stage.reads(reading, 'still writing');
    },
  },
  {
    name: "shutdown('read_write') ends both: reads complete, writes are closed, the peer sees EOF",
    async test(stage) {
      const reading = stage.reading(stage.near);
      stage.writing(stage.near, 'last');
      const shutdown = stage.watch(stage.near.shutdown('read_write'));
      await stage.ended('the read', reading);
      equal(reading.ended, 'complete', 'how the read ended');
      await stage.isRefused(stage.writing(stage.near, 'after'), 'closed');
      const peer = stage.reading(stage.far);
      await stage.ended('the read of the peer', peer);
      equal(textOf(peer), 'last', 'what the peer read');
      await stage.ended("shutdown('read_write')", shutdown);
      equal(shutdown.ended, 'complete', "how shutdown('read_write') ended");
    },
  },
  {
    name: 'closed completes once both directions have ended in order',
    async test(stage) {
      const [near, far] = [stage.watch(stage.near.closed), stage.watch(stage.far.closed)];
      stage.writing(stage.near, 'x');
      stage.writing(stage.far, 'y');
      for (const flow of [stage.near, stage.far]) {
        stage.reading(flow);
        stage.watch(flow.shutdown('write'));
      }
      for (const closed of [near, far]) {
        await stage.ended('closed', closed);
        completed(closed, 'closed');
      }
    },
  },
  {
    name: 'closed waits while one direction is open',
    needs: ['halfClose'],
    async test(stage) {
      const closed = [stage.watch(stage.near.closed), stage.watch(stage.far.closed)];
      const reading = stage.reading(stage.near);
      stage.watch(stage.near.shutdown('write'));
      await stage.ended('the read of the peer', stage.reading(stage.far));
      await stage.accepted(stage.far, 'open');
      await stage.reads(reading, 'open');
      check(closed.every((one) => !one.isEnded), 'closed ended while one direction was open');
    },
  },
  {
    name: 'closed is replayed to those who subscribe after the end',
    async test(stage) {
      for (const flow of [stage.near, stage.far]) {
        stage.reading(flow);
        stage.watch(flow.shutdown('write'));
      }
      await stage.ended('closed', stage.watch(stage.near.closed));
      const late = stage.watch(stage.near.closed);
      await stage.ended('closed, for a late subscriber', late);
      completed(late, 'closed');
    },
  },
  {
    name: 'shutdown(), close() and closed emit once before they complete, to late subscribers too',
    needs: ['endingsEmit'],
    async test(stage) {
      const sources = [stage.near, stage.far].flatMap((flow) => {
        stage.reading(flow);
        return [flow.closed, flow.shutdown('write'), flow.close(), flow.shutdown('read')];
      });
      const early = sources.map((source) => stage.watch(source));
      for (const watch of early) await stage.ended('shutdown(), close() or closed', watch);
      const again = [stage.near.shutdown('write'), stage.near.shutdown('read'), stage.near.close(), stage.near.closed];
      for (const watch of [...early, ...[...sources, ...again].map((source) => stage.watch(source))]) {
        await stage.ended('shutdown(), close() or closed', watch);
        equal(watch.ended, 'complete', 'how it ended');
        equal(watch.values.length, 1, 'emissions');
      }
    },
  },
];
