/** Conformance: `close()`, as section 1 of the contract has it. */
import type { CaseDefinition } from './definition.js';
import { check, completed, equal, isPattern, pattern, sizeOf, textOf } from './verdict.js';

export const closeCases: readonly CaseDefinition[] = [
  {
    name: 'close() is hot: it flushes the writes before it and signals EOF, whether or not anybody subscribes',
    async test(stage) {
      for (let at = 0; at < 20; at += 1) stage.near.write(pattern(9000, at * 9000));
      stage.near.close();
      const reading = stage.reading(stage.far);
      await stage.ended('the read of the peer', reading);
      equal(reading.ended, 'complete', 'how the read of the peer ended');
      isPattern(reading.values, 180_000, 'what the peer read');
    },
  },
  {
    name: 'close() flushes writes that are pending',
    needs: ['backpressure'],
    async test(stage) {
      const { size, pending } = await stage.fill(stage.near);
      const close = stage.watch(stage.near.close());
      const reading = stage.reading(stage.far);
      await stage.isOk(pending);
      await stage.ended('the read of the peer', reading);
      isPattern(reading.values, size, 'what the peer read');
      stage.reading(stage.near);
      stage.watch(stage.far.close());
      await stage.ended('close()', close);
      equal(close.ended, 'complete', 'how close() ended');
    },
  },
  {
    name: 'close() waits until the peer has closed too',
    needs: ['peer', 'halfClose'],
    async test(stage) {
      const reading = stage.reading(stage.near);
      const close = stage.watch(stage.near.close());
      const closed = stage.watch(stage.near.closed);
      await stage.ended('the read of the peer', stage.reading(stage.far));
      await stage.accepted(stage.far, 'not yet');
      await stage.reads(reading, 'not yet');
      check(!close.isEnded && !closed.isEnded, 'close() ended before the peer had closed');
      stage.watch(stage.far.close());
      await stage.ended('close()', close);
      await stage.ended('closed', closed);
      equal(close.ended, 'complete', 'how close() ended');
      equal(closed.ended, 'complete', 'how closed ended');
    },
  },
  {
    name: 'while close() waits, the peer goes on writing and this side goes on reading',
    needs: ['peer', 'halfClose'],
    async test(stage) {
      stage.watch(stage.near.close());
      const reading = stage.reading(stage.near);
      await stage.ended('the read of the peer', stage.reading(stage.far));
      for (let at = 0; at < 100; at += 1) await stage.accepted(stage.far, pattern(5000, at * 5000));
      stage.watch(stage.far.shutdown('write'));
      await stage.ended('the read', reading);
      equal(reading.ended, 'complete', 'how the read ended');
      isPattern(reading.values, 500_000, 'what was read after close()');
    },
  },
  {
    name: 'close() completes when both sides close, as closed does on both',
    async test(stage) {
      const closes = [stage.near, stage.far].map((flow) => {
        stage.reading(flow);
        return [stage.watch(flow.close()), stage.watch(flow.closed)] as const;
      });
      for (const watch of closes.flat()) {
        await stage.ended('close() or closed', watch);
        completed(watch, 'close() or closed');
      }
    },
  },
  {
    name: 'close() is idempotent, and replayed to every caller',
    async test(stage) {
      const first = stage.near.close();
      stage.reading(stage.near);
      stage.reading(stage.far);
      const second = stage.watch(stage.near.close());
      stage.watch(stage.far.close());
      for (const close of [second, stage.watch(first)]) {
        await stage.ended('close()', close);
        equal(close.ended, 'complete', 'how close() ended');
      }
      for (const late of [stage.watch(first), stage.watch(stage.near.close())]) {
        await stage.ended('close(), for a late caller', late);
        completed(late, 'close(), for a late caller,');
      }
    },
  },
  {
    name: 'writes after close() are closed',
    async test(stage) {
      stage.watch(stage.near.close());
      await stage.isRefused(stage.writing(stage.near, 'after'), 'closed');
      const reading = stage.reading(stage.far);
      await stage.ended('the read of the peer', reading);
      equal(sizeOf(reading), 0, 'bytes the peer read');
    },
  },
  {
    name: 'close() drops nothing: data that came before the end of the peer stays readable',
    needs: ['peer'],
    async test(stage) {
      stage.writing(stage.far, 'kept');
      stage.watch(stage.far.close());
      await stage.quiet();
      const close = stage.watch(stage.near.close());
      const reading = stage.reading(stage.near);
      await stage.ended('the read', reading);
      equal(reading.ended, 'complete', 'how the read ended');
      equal(textOf(reading), 'kept', 'what was read after close()');
      await stage.ended('close()', close);
      equal(close.ended, 'complete', 'how close() ended');
    },
  },
  {
    name: 'close() reads nothing on its own: a peer that is blocked stays blocked, and its data stays readable',
    needs: ['peer', 'halfClose', 'backpressure'],
    async test(stage) {
      const full = await stage.fill(stage.far);
      const close = stage.watch(stage.near.close());
      await stage.quiet();
      // As much as a flow holds unread may be let in now, so that an end close behind it can arrive; and no more.
      const fuller = await stage.fill(stage.far, full);
      const again = () => stage.watch(stage.near.close());
      const { results, size } = await stage.staysFull(stage.far, again, 'close() made room for what nobody reads', fuller);
      stage.watch(stage.far.shutdown('write'));
      await stage.quiet();
      check(!close.isEnded, 'close() ended though what precedes the end of the peer is unread');
      const reading = stage.reading(stage.near);
      for (const result of results) await stage.isOk(result);
      await stage.ended('the read', reading);
      isPattern(reading.values, size, 'what was read after close()');
      stage.reading(stage.far);
      await stage.ended('close()', close);
      equal(close.ended, 'complete', 'how close() ended');
    },
  },
  {
    name: 'close() settles when the end of the peer has arrived, though data before it is unread, and stays readable',
    needs: ['peer', 'immediate'],
    async test(stage) {
      stage.writing(stage.far, 'unread');
      stage.watch(stage.far.shutdown('write'));
      const close = stage.watch(stage.near.close());
      await stage.ended('close()', close);
      equal(close.ended, 'complete', 'how close() ended');
      const reading = stage.reading(stage.near);
      await stage.ended('the read', reading);
      equal(textOf(reading), 'unread', 'what was read after close() had settled');
    },
  },
  {
    name: "shutdown('read') lets close() settle though nobody reads what the peer goes on writing",
    needs: ['peer', 'halfClose'],
    async test(stage) {
      stage.watch(stage.near.shutdown('read'));
      const close = stage.watch(stage.near.close());
      await stage.ended('the read of the peer', stage.reading(stage.far));
      for (let at = 0; at < 64; at += 1) await stage.accepted(stage.far, pattern(65_536));
      stage.watch(stage.far.close());
      await stage.ended('close()', close);
      equal(close.ended, 'complete', 'how close() ended');
    },
  },
  {
    name: 'close() of a flow without a peer ends both directions at once',
    without: 'peer',
    async test(stage) {
      const reading = stage.reading(stage.near);
      const [close, closed] = [stage.watch(stage.near.close()), stage.watch(stage.near.closed)];
      for (const watch of [reading, close, closed]) {
        await stage.ended('the read, close() or closed', watch);
        equal(watch.ended, 'complete', 'how it ended');
      }
      await stage.ended('the read of the other side', stage.reading(stage.far));
    },
  },
  {
    name: 'close() after the end completes',
    async test(stage) {
      for (const flow of [stage.near, stage.far]) {
        stage.reading(flow);
        stage.watch(flow.shutdown('write'));
      }
      await stage.ended('closed', stage.watch(stage.near.closed));
      const close = stage.watch(stage.near.close());
      await stage.ended('close()', close);
      equal(close.ended, 'complete', 'how close() ended');
    },
  },
  {
    name: 'close() never gives up on a peer that does not close; abort() is the way out, and close() errors with it',
    needs: ['peer', 'halfClose'],
    async test(stage) {
      const close = stage.watch(stage.near.close());
      await stage.ended('the read of the peer', stage.reading(stage.far));
      await stage.quiet();
      check(!close.isEnded, 'close() ended though the peer had not closed');
      stage.near.abort(new Error('enough'));
      await stage.ended('close()', close);
      equal(close.ended, 'error', 'how close() ended');
    },
  },
];
