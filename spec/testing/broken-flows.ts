// Flows that break the contract, each in one way: small decorators over a sound one. The suite must catch every one.

import {
  concat, concatMap, defer, EMPTY, endWith, from, map, mergeMap, NEVER, Observable, of, ReplaySubject, share, startWith, Subject,
  take, takeUntil, tap, throwError, finalize, timer, ignoreElements, catchError,
} from 'rxjs';
import type { Flow, ShutdownMode, WriteResult } from '../../src/flow/flow.js';
import { FlowError } from '../../src/flow/flow-error.js';

export interface BrokenFlow {
  readonly fault: string;
  /** The start of the name of the case that must catch it. */
  readonly caughtBy: string;
  /** What that case must say. */
  readonly saying: RegExp;
  break(flow: Flow): Flow;
}

/** `flow` with some of its operations replaced. */
function but(flow: Flow, replaced: Partial<Flow>): Flow {
  return {
    name: flow.name,
    closed: flow.closed,
    read: () => flow.read(),
    write: (buffer) => flow.write(buffer),
    writev: (buffers) => flow.writev(buffers),
    shutdown: (mode) => flow.shutdown(mode),
    close: () => flow.close(),
    abort: (reason) => flow.abort(reason),
    ...replaced,
  };
}

const ok: WriteResult = { ok: true };
const bytes = (size: number) => new Uint8Array(size);

function isSettled(result: Observable<unknown>): boolean {
  let isTold = false;
  result.subscribe(() => (isTold = true)).unsubscribe();
  return isTold;
}

/** `flow` with something done to the results that do not come at once. */
function butPending(flow: Flow, change: (result: Observable<WriteResult>) => Observable<WriteResult>): Flow {
  const changed = (result: Observable<WriteResult>) => (isSettled(result) ? result : change(result));
  return but(flow, { write: (buffer) => changed(flow.write(buffer)), writev: (buffers) => changed(flow.writev(buffers)) });
}

/** What a source says while it lasts, and nothing to those who come later. */
function unreplayed<T>(source: Observable<T>): Observable<T> {
  let isOver = isSettled(source);
  if (isOver) return source;
  const told = new Subject<T>();
  source.pipe(finalize(() => (isOver = true))).subscribe(told);
  return defer(() => (isOver ? NEVER : told));
}

/** The answer of `source` to whoever asks first. */
function forTheFirst<T>(source: Observable<T>): Observable<T> {
  let count = 0;
  return defer(() => ((count += 1) > 1 ? NEVER : source));
}

function writevAtOnce(flow: Flow): Flow {
  const careless = (buffers: readonly Uint8Array[]) => {
    const result = flow.writev(buffers);
    return isSettled(result) ? result : of(ok);
  };
  return but(flow, { writev: careless });
}

export const brokenFlows: readonly BrokenFlow[] = [
  {
    fault: 'pulls before anybody subscribes',
    caughtBy: 'nothing is pulled before a subscription',
    saying: /accepted though nobody reads/,
    break(flow) {
      const kept = new ReplaySubject<Uint8Array>(Infinity);
      flow.read().subscribe(kept);
      return but(flow, { read: () => kept });
    },
  },
  {
    fault: 'pulls one buffer when read() is called',
    caughtBy: 'nothing is pulled before a subscription',
    saying: /made room for a pending write/,
    break(flow) {
      const ahead: Uint8Array[] = [];
      const read = () => {
        flow.read().pipe(take(1)).subscribe((buffer) => ahead.push(buffer));
        return defer(() => concat(from(ahead.splice(0)), flow.read()));
      };
      return but(flow, { read });
    },
  },
  {
    fault: 'pulls two buffers for take(1)',
    caughtBy: 'take(1) pulls exactly one buffer',
    saying: /bytes more were let in/,
    break(flow) {
      let ahead: Uint8Array[] = [];
      const read = defer(() => {
        const kept = ahead;
        ahead = [];
        return concat(from(kept), new Observable<Uint8Array>((subscriber) => {
          let inner = flow.read().subscribe(subscriber);
          return () => {
            inner.unsubscribe();
            inner = flow.read().subscribe({ next: (buffer) => { ahead.push(buffer); inner?.unsubscribe(); }, error: () => undefined });
          };
        }));
      });
      return but(flow, { read: () => read });
    },
  },
  {
    fault: 'loses a byte on unsubscribe',
    caughtBy: 'unsubscribing loses nothing of what has arrived already',
    saying: /still waiting|byte \d+ of/,
    break(flow) {
      let lose = false;
      const cut = (buffer: Uint8Array) => {
        const lost = lose;
        lose = false;
        return lost ? buffer.subarray(1) : buffer;
      };
      return but(flow, { read: () => flow.read().pipe(map(cut), finalize(() => (lose = true))) });
    },
  },
  {
    fault: 'loses what arrives while nobody reads',
    caughtBy: 'unsubscribing loses nothing: a buffer that arrives later',
    saying: /still waiting until the read has brought "late"/,
    break(flow) {
      const hot = new Subject<Uint8Array>();
      flow.read().subscribe(hot);
      return but(flow, { read: () => hot });
    },
  },
  {
    fault: 'emits empty buffers',
    caughtBy: 'every buffer is a Uint8Array of at least 1 byte',
    saying: /an empty buffer was read/,
    break: (flow) => but(flow, { read: () => flow.read().pipe(concatMap((buffer) => [buffer, bytes(0)])) }),
  },
  {
    fault: 'reuses the buffers that were read',
    caughtBy: 'a buffer that was read is never used again',
    saying: /first buffer that changed after it was read/,
    break(flow) {
      const memory = bytes(65_536);
      const reused = (buffer: Uint8Array) => {
        memory.set(buffer);
        return memory.subarray(0, buffer.byteLength);
      };
      return but(flow, { read: () => flow.read().pipe(map(reused)) });
    },
  },
  {
    fault: 'copies though it claims to work by reference',
    caughtBy: 'the very buffer that was written is read',
    saying: /a copy was read/,
    break: (flow) => but(flow, { read: () => flow.read().pipe(map((buffer) => buffer.slice())) }),
  },
  {
    fault: 'has an EOF that is not sticky',
    caughtBy: 'EOF is sticky',
    saying: /still waiting until a read after EOF has ended/,
    break(flow) {
      let over = false;
      const once = () => defer(() => (over ? NEVER : flow.read().pipe(tap({ complete: () => (over = true) }))));
      return but(flow, { read: once });
    },
  },
  {
    fault: 'lets EOF overtake the last buffer',
    caughtBy: 'data in flight comes before EOF',
    saying: /number of bytes/,
    break(flow) {
      const withoutLast = () =>
        new Observable<Uint8Array>((subscriber) => {
          let last: Uint8Array | undefined;
          return flow.read().subscribe({
            next(buffer) {
              if (last !== undefined) subscriber.next(last);
              last = buffer;
            },
            error: (error) => subscriber.error(error),
            complete: () => subscriber.complete(),
          });
        });
      return but(flow, { read: withoutLast });
    },
  },
  {
    fault: 'lets a second reader in',
    caughtBy: 'a second subscription while one is active errors with code busy',
    saying: /still waiting until the second read has ended/,
    break(flow) {
      const shared = flow.read().pipe(share());
      return but(flow, { read: () => shared });
    },
  },
  {
    fault: 'ends the first reader when it refuses the second',
    caughtBy: 'the first subscription goes on when a second is refused',
    saying: /./,
    break(flow) {
      const refused = new Subject<void>();
      let readers = 0;
      const read = defer(() => {
        readers += 1;
        if (readers > 1) refused.next();
        return flow.read().pipe(takeUntil(refused), finalize(() => (readers -= 1)));
      });
      return but(flow, { read: () => read });
    },
  },
  {
    fault: 'releases its reader a moment after it has completed',
    caughtBy: 'a subscription made in the complete of take(1) is accepted',
    saying: /the second read was refused/,
    break(flow) {
      let active = false;
      const busy = new FlowError('busy', 'one reader, please: share()');
      const read = new Observable<Uint8Array>((subscriber) => {
        if (active) {
          subscriber.error(busy);
          return undefined;
        }
        active = true;
        const inner = flow.read().subscribe(subscriber);
        return () => {
          inner.unsubscribe();
          setTimeout(() => (active = false), 0);
        };
      });
      return but(flow, { read: () => read });
    },
  },
  {
    fault: 'writes only when the result is subscribed to',
    caughtBy: 'write() is hot',
    saying: /still waiting until the read has brought "unwatched"/,
    break: (flow) => but(flow, { write: (buffer) => defer(() => flow.write(buffer)) }),
  },
  {
    fault: 'writes again for each subscriber',
    caughtBy: 'the bytes go once, however many subscribe',
    saying: /expected "once", got "onceonceonce/,
    break(flow) {
      return but(flow, { write: (buffer) => (buffer.byteLength === 0 ? flow.write(buffer) : defer(() => flow.write(buffer))) });
    },
  },
  {
    fault: 'emits two results for one write',
    caughtBy: 'the result emits exactly one {ok: true}',
    saying: /results: expected 1, got 2/,
    break: (flow) => but(flow, { write: (buffer) => flow.write(buffer).pipe(startWith(ok)) }),
  },
  {
    fault: 'never completes a result',
    caughtBy: 'the result emits exactly one {ok: true}',
    saying: /still waiting until the write has ended/,
    break: (flow) => but(flow, { write: (buffer) => concat(flow.write(buffer), NEVER) }),
  },
  {
    fault: 'does not replay its results',
    caughtBy: 'the result replays to those who subscribe after it has settled',
    saying: /still waiting|results of the late subscription/,
    break(flow) {
      const once = (result: Observable<WriteResult>) => {
        let used = false;
        return defer(() => {
          const again = used;
          used = true;
          return again ? EMPTY : result;
        });
      };
      return but(flow, { write: (buffer) => once(flow.write(buffer)) });
    },
  },
  {
    fault: 'errors the result of a failed write',
    caughtBy: "writes after shutdown('write') are closed",
    saying: /the write errored instead of emitting a result/,
    break(flow) {
      const thrown = (result: WriteResult) => (result.ok ? of(result) : throwError(() => result.error));
      return but(flow, { write: (buffer) => flow.write(buffer).pipe(mergeMap(thrown)) });
    },
  },
  {
    fault: 'takes a write back when its result is unsubscribed',
    caughtBy: 'unsubscribing from a result takes nothing back',
    saying: /still waiting until the read has brought "kept too"/,
    break(flow) {
      return but(flow, {
        write(buffer) {
          let wanted = true;
          setTimeout(() => wanted && flow.write(buffer), 0);
          return NEVER.pipe(finalize(() => (wanted = false)));
        },
      });
    },
  },
  {
    fault: 'reorders writes',
    caughtBy: 'writes arrive in call order',
    saying: /what was read/,
    break(flow) {
      let held: Uint8Array | undefined;
      const swap = (buffer: Uint8Array) => {
        if (held === undefined) {
          held = buffer;
          return of(ok);
        }
        const result = flow.write(buffer);
        flow.write(held);
        held = undefined;
        return result;
      };
      return but(flow, { write: swap });
    },
  },
  {
    fault: 'takes a byte order mark for none of the data',
    caughtBy: 'bytes that text would change arrive as they are',
    saying: /^byte 0 of efbbbf61 .* came otherwise than it was written$/,
    break: (flow) => {
      const text = new TextDecoder();
      const withoutMark = (buffer: Uint8Array) => (text.decode(buffer.subarray(0, 3)) === '' && buffer.byteLength >= 3 ? buffer.subarray(3) : buffer);
      return but(flow, { write: (buffer) => flow.write(withoutMark(buffer)) });
    },
  },
  {
    fault: 'cuts a large write short',
    caughtBy: 'a large buffer is written to its last byte',
    saying: /byte 1000000 of|number of bytes/,
    break: (flow) => but(flow, { write: (buffer) => flow.write(buffer.subarray(0, 1_000_000)) }),
  },
  {
    fault: 'knows no high-water mark',
    caughtBy: 'above the high-water mark a result stays pending',
    saying: /accepted though nobody reads/,
    break(flow) {
      const careless = (buffer: Uint8Array) => {
        flow.write(buffer);
        return of(ok);
      };
      return but(flow, { write: careless });
    },
  },
  {
    fault: 'knows no high-water mark for writev()',
    caughtBy: 'above the high-water mark the result of writev() stays pending',
    saying: /accepted though nobody reads/,
    break: writevAtOnce,
  },
  {
    fault: 'lets the result of a writev() overtake those before it',
    caughtBy: 'pending results settle in call order',
    saying: /a later write settled before an earlier one/,
    break: writevAtOnce,
  },
  {
    fault: 'emits a pending result twice',
    caughtBy: 'a pending result emits exactly one {ok: true}',
    saying: /results of an accepted write: expected 1, got 2/,
    break: (flow) => butPending(flow, concatMap((result) => [result, result])),
  },
  {
    fault: 'completes a pending result for those who come after it has settled, without a word',
    caughtBy: 'a pending result emits exactly one {ok: true}',
    saying: /results of an accepted write: expected 1, got 0/,
    break: (flow) => butPending(flow, (result) => {
      const told = new Subject<WriteResult>();
      result.subscribe(told);
      return told;
    }),
  },
  {
    fault: 'does not replay a pending result once it has settled',
    caughtBy: 'a pending result emits exactly one {ok: true}',
    saying: /still waiting until the write has ended/,
    break: (flow) => butPending(flow, unreplayed),
  },
  {
    fault: 'tells a pending result to its first subscriber only',
    caughtBy: 'a pending result emits exactly one {ok: true}',
    saying: /still waiting until the write has ended/,
    break: (flow) => butPending(flow, forTheFirst),
  },
  {
    fault: 'takes an empty write for EOF',
    caughtBy: 'an empty buffer is ok, sends nothing and is no EOF',
    saying: /the write was not accepted|got ""/,
    break(flow) {
      const literal = (buffer: Uint8Array) => {
        const result = flow.write(buffer);
        if (buffer.byteLength === 0) flow.shutdown('write');
        return result;
      };
      return but(flow, { write: literal });
    },
  },
  {
    fault: 'accepts an empty write after the end',
    caughtBy: 'an empty buffer is closed once the write side has ended',
    saying: /the write was accepted/,
    break: (flow) => but(flow, { write: (buffer) => (buffer.byteLength === 0 ? of(ok) : flow.write(buffer)) }),
  },
  {
    fault: 'wipes the buffers that were written',
    caughtBy: 'a written buffer is never changed by the flow',
    saying: /first written buffer that changed: expected -1, got 0/,
    break(flow) {
      const wiping = (buffer: Uint8Array) => {
        const result = flow.write(buffer.slice());
        buffer.fill(0);
        return result;
      };
      return but(flow, { write: wiping });
    },
  },
  {
    fault: 'sends the memory around a view',
    caughtBy: 'only the view is written',
    saying: /expected "inside", got "\.\.\.\.inside/,
    break: (flow) => but(flow, { write: (buffer) => flow.write(new Uint8Array(buffer.buffer)) }),
  },
  {
    fault: 'makes bytes of anything',
    caughtBy: 'write() throws a TypeError that names what came',
    saying: /threw nothing where a TypeError/,
    break: (flow) => but(flow, { write: (buffer) => flow.write(Uint8Array.from(buffer ?? [])) }),
  },
  {
    fault: 'sends the good buffers of a bad writev',
    caughtBy: 'writev() throws a TypeError that names what came among the buffers',
    saying: /expected "good", got "bad/,
    break(flow) {
      const oneByOne = (buffers: readonly Uint8Array[]) => {
        if (!Array.isArray(buffers)) return flow.writev(buffers);
        return buffers.map((buffer) => flow.write(buffer)).at(-1) ?? of(ok);
      };
      return but(flow, { writev: oneByOne });
    },
  },
  {
    fault: 'lets another write in between the buffers of a writev',
    caughtBy: 'writev() is one write',
    saying: /what was read/,
    break(flow) {
      let late: Uint8Array[] = [];
      const flush = () => {
        for (const buffer of late) flow.write(buffer);
        late = [];
      };
      return but(flow, {
        writev: ([first, ...others]) => {
          const result = flow.write(first!);
          late = others;
          return result;
        },
        write: (buffer) => {
          const result = flow.write(buffer);
          flush();
          return result;
        },
      });
    },
  },
  {
    fault: "is told to shut down only by a subscriber",
    caughtBy: "shutdown('write') is hot",
    saying: /still waiting until the read of the peer has ended/,
    break: (flow) => but(flow, { shutdown: (mode) => defer(() => flow.shutdown(mode)) }),
  },
  {
    fault: "drops pending writes at shutdown('write')",
    caughtBy: "shutdown('write') flushes the writes before it",
    saying: /how the read of the peer ended: expected "complete", got "error"|still waiting|number of bytes/,
    break(flow) {
      const hasty = new Map<'read' | 'write' | 'read_write', Observable<void>>();
      return but(flow, {
        shutdown(mode) {
          if (mode !== 'write') return flow.shutdown(mode);
          flow.abort();
          const done = hasty.get(mode) ?? of(undefined);
          hasty.set(mode, done);
          return done;
        },
      });
    },
  },
  {
    fault: "errors a second shutdown('write')",
    caughtBy: "shutdown('write') is idempotent",
    saying: /how a later shutdown\('write'\) ended/,
    break(flow) {
      let times = 0;
      return but(flow, {
        shutdown(mode) {
          times += 1;
          return times > 1 ? throwError(() => new FlowError('closed', 'shut down already')) : flow.shutdown(mode);
        },
      });
    },
  },
  {
    fault: "does not replay a shutdown('write') that had to wait",
    caughtBy: "a shutdown('write') that waits for pending writes is replayed",
    saying: /still waiting until a later shutdown\('write'\) has ended/,
    break(flow) {
      let told: Observable<void> | undefined;
      return but(flow, { shutdown: (mode) => (mode === 'write' ? (told ??= unreplayed(flow.shutdown(mode))) : flow.shutdown(mode)) });
    },
  },
  {
    fault: "answers only the first shutdown('write') while it waits",
    caughtBy: "a shutdown('write') that waits for pending writes is replayed",
    saying: /still waiting until a shutdown\('write'\) that waited has ended/,
    break(flow) {
      let waiting: Observable<void> | undefined;
      const once = (mode: ShutdownMode) => {
        if (waiting !== undefined && !isSettled(waiting)) return NEVER;
        return (waiting = flow.shutdown(mode));
      };
      return but(flow, { shutdown: once });
    },
  },
  {
    fault: "ends the read side at shutdown('write')",
    caughtBy: "reading goes on after shutdown('write')",
    saying: /./,
    break: (flow) => but(flow, { shutdown: () => flow.shutdown('read_write') }),
  },
  {
    fault: "leaves a pending read waiting at shutdown('read')",
    caughtBy: "shutdown('read') completes a pending read",
    saying: /still waiting until the read has ended/,
    break: (flow) => but(flow, { read: () => concat(flow.read(), NEVER) }),
  },
  {
    fault: "blocks the peer after shutdown('read')",
    caughtBy: "shutdown('read') drops future data, and never blocks the peer",
    saying: /still waiting until the write has ended/,
    break: (flow) => but(flow, { shutdown: (mode) => (mode === 'read' ? of(undefined) : flow.shutdown(mode)) }),
  },
  {
    fault: 'says it is closed when one direction is',
    caughtBy: 'closed waits while one direction is open',
    saying: /closed ended while one direction was open/,
    break(flow) {
      const ended = new ReplaySubject<void>(1);
      return but(flow, {
        closed: ended,
        shutdown(mode) {
          ended.complete();
          return flow.shutdown(mode);
        },
      });
    },
  },
  {
    fault: 'does not replay closed',
    caughtBy: 'closed is replayed to those who subscribe after the end',
    saying: /still waiting until closed, for a late subscriber/,
    break(flow) {
      let subscribers = 0;
      const once = defer(() => {
        subscribers += 1;
        return subscribers > 1 ? NEVER : flow.closed;
      });
      return but(flow, { closed: once });
    },
  },
  {
    fault: 'closes without waiting for the peer',
    caughtBy: 'close() waits until the peer has closed too',
    saying: /close\(\) ended before the peer had closed/,
    break(flow) {
      const hasty = () => {
        flow.close();
        return of(undefined);
      };
      return but(flow, { close: hasty });
    },
  },
  {
    fault: 'stops reading at close()',
    caughtBy: 'while close() waits, the peer goes on writing and this side goes on reading',
    saying: /number of bytes: expected 500000, got 0/,
    break(flow) {
      const deaf = () => {
        flow.shutdown('read');
        return flow.close();
      };
      return but(flow, { close: deaf });
    },
  },
  {
    fault: 'reads on its own at close()',
    caughtBy: 'close() reads nothing on its own',
    saying: /accepted though nobody reads/,
    break(flow) {
      const greedy = () => {
        flow.read().subscribe({ error: () => undefined });
        return flow.close();
      };
      return but(flow, { close: greedy });
    },
  },
  {
    fault: 'gives up a close() after a while',
    caughtBy: 'close() never gives up on a peer that does not close',
    saying: /close\(\) ended though the peer had not closed/,
    break(flow) {
      const impatient = () => {
        const closing = flow.close();
        return new Observable<void>((subscriber) => {
          const inner = closing.subscribe(subscriber);
          inner.add(timer(1).subscribe(() => subscriber.complete()));
          return inner;
        });
      };
      return but(flow, { close: impatient });
    },
  },
  {
    fault: 'leaves a pending write pending at abort()',
    caughtBy: 'abort() resolves pending writes to {ok: false}',
    saying: /still waiting until the write has ended/,
    break(flow) {
      const deaf = (result: WriteResult) => (result.ok ? of(result) : NEVER);
      return but(flow, { write: (buffer) => flow.write(buffer).pipe(mergeMap(deaf)) });
    },
  },
  {
    fault: 'tells the failure of a pending write to its first subscriber only',
    caughtBy: 'abort() resolves pending writes to {ok: false}',
    saying: /still waiting until the write has ended/,
    break(flow) {
      return butPending(flow, (result) => {
        const failure = forTheFirst(result);
        return result.pipe(mergeMap((one) => (one.ok ? of(one) : failure)));
      });
    },
  },
  {
    fault: 'goes on to accept writes after a failed one',
    caughtBy: 'after a failed write no later write succeeds',
    saying: /the write was accepted/,
    break(flow) {
      let failed = false;
      const forgetful = (buffer: Uint8Array) => {
        if (failed) return of(ok);
        return flow.write(buffer).pipe(tap((result) => (failed ||= !result.ok)));
      };
      return but(flow, { write: forgetful });
    },
  },
  {
    fault: 'forgets the reason of an abort()',
    caughtBy: 'abort() errors a waiting read with code aborted and the reason',
    saying: /cause of its error: expected Error: the reason, got undefined/,
    break: (flow) => but(flow, { abort: () => flow.abort() }),
  },
  {
    fault: 'tells its reader of an abort while it can still be written to',
    caughtBy: 'abort() has ended both directions before it tells anybody',
    saying: /how the read of the peer ended: expected "error", got "complete"/,
    break(flow) {
      const gone = new Subject<never>();
      const early = (reason: unknown) => {
        gone.error(new FlowError('aborted', 'aborted', { cause: reason }));
        flow.abort(reason);
      };
      return but(flow, { read: () => flow.read().pipe(takeUntil(gone)), abort: early });
    },
  },
  {
    fault: 'lets the last reason of several aborts win',
    caughtBy: 'abort() is idempotent: the first reason stays',
    saying: /expected "first", got "second"/,
    break(flow) {
      let reason: unknown;
      const withLatest = () => throwError(() => new FlowError('aborted', 'aborted', { cause: reason }));
      return but(flow, {
        closed: flow.closed.pipe(catchError(withLatest)),
        abort(latest) {
          reason = latest;
          flow.abort(latest);
        },
      });
    },
  },
  {
    fault: 'shows unread data after abort()',
    caughtBy: 'abort() drops the unread data of this side',
    saying: /bytes read after abort\(\): expected 0, got/,
    break(flow) {
      let aborted = false;
      const leaking = defer(() => (aborted ? concat(of(bytes(6)), flow.read()) : flow.read()));
      return but(flow, {
        read: () => leaking,
        abort(reason) {
          aborted = true;
          flow.abort(reason);
        },
      });
    },
  },
  {
    fault: 'shows EOF where the peer has aborted',
    caughtBy: 'the peer of an aborted flow gets the data that had reached it, then reset',
    saying: /how the read of the peer ended: expected "error", got "complete"/,
    break: (flow) => but(flow, { read: () => flow.read().pipe(catchError(() => EMPTY)) }),
  },
  {
    fault: 'lets a failure overtake the data before it',
    caughtBy: 'a failure comes after the unread data that preceded it',
    saying: /./,
    break(flow) {
      let broken: unknown;
      flow.closed.subscribe({ error: (error) => (broken = error) });
      return but(flow, { read: () => defer(() => (broken === undefined ? flow.read() : throwError(() => broken))) });
    },
  },
  {
    fault: 'drops what is unread a moment after a failure',
    caughtBy: 'a failure comes after the data that had reached the peer',
    saying: /what the peer read before the failure: expected "reached", got ""/,
    break(flow) {
      let broken: unknown;
      flow.closed.subscribe({ error: (error) => setTimeout(() => (broken = error), 0) });
      return but(flow, { read: () => defer(() => (broken === undefined ? flow.read() : throwError(() => broken))) });
    },
  },
  {
    fault: 'has a failure that is not sticky',
    caughtBy: 'a failure is sticky',
    saying: /how a later read ended: expected "error", got "complete"/,
    break(flow) {
      let failed = false;
      const once = defer(() => (failed ? EMPTY : flow.read().pipe(tap({ error: () => (failed = true) }))));
      return but(flow, { read: () => once });
    },
  },
  {
    fault: "looks whole again after shutdown('read')",
    caughtBy: 'a failure stays a failure',
    saying: /expected "error", got "complete"/,
    break(flow) {
      let gaveUp = false;
      const shutdown = (mode: ShutdownMode) => {
        gaveUp ||= mode !== 'write';
        return flow.shutdown(mode);
      };
      return but(flow, { shutdown, read: () => defer(() => (gaveUp ? EMPTY : flow.read())) });
    },
  },
  {
    fault: 'fails with plain errors',
    caughtBy: 'errors are FlowErrors with a code and a message that names the flow',
    saying: /is no FlowError/,
    break(flow) {
      const plain = (result: WriteResult): WriteResult => (result.ok ? result : { ok: false, error: new Error('no') as never });
      return but(flow, { write: (buffer) => flow.write(buffer).pipe(map(plain)) });
    },
  },
  {
    fault: 'shows the payload in its messages',
    caughtBy: 'errors are FlowErrors with a code and a message that names the flow',
    saying: /shows the payload/,
    break(flow) {
      const telling = (buffer: Uint8Array) => (result: WriteResult): WriteResult => {
        if (result.ok) return result;
        return { ok: false, error: new FlowError(result.error.code, `${result.error.message}: ${new TextDecoder().decode(buffer)}`) };
      };
      return but(flow, { write: (buffer) => flow.write(buffer).pipe(map(telling(buffer))) });
    },
  },
  {
    fault: 'completes close() without emitting',
    caughtBy: 'shutdown(), close() and closed emit once before they complete',
    saying: /emissions: expected 1, got 0/,
    break: (flow) => but(flow, { close: () => flow.close().pipe(ignoreElements()) }),
  },
  {
    fault: 'emits twice at close()',
    caughtBy: 'shutdown(), close() and closed emit once before they complete',
    saying: /emissions: expected 1, got 2/,
    break: (flow) => but(flow, { close: () => flow.close().pipe(endWith(undefined)) }),
  },
  {
    fault: 'emits twice at close(), where nobody has claimed how often',
    caughtBy: 'close() completes when both sides close',
    saying: /close\(\) or closed emitted 2 times/,
    break: (flow) => but(flow, { close: () => flow.close().pipe(endWith(undefined)) }),
  },
  {
    fault: 'settles its pending results in reverse',
    caughtBy: 'pending results settle in call order',
    saying: /a later write settled before an earlier one/,
    break(flow) {
      const held: Subject<WriteResult>[] = [];
      const release = () => {
        for (const one of held.splice(0).reverse()) {
          one.next(ok);
          one.complete();
        }
      };
      const reversed = (buffer: Uint8Array) => {
        const result = flow.write(buffer);
        let isSettled = false;
        result.subscribe(() => (isSettled = true));
        if (isSettled) return result;
        const told = new ReplaySubject<WriteResult>(1);
        held.push(told);
        result.subscribe(() => setTimeout(release, 0));
        return told;
      };
      return but(flow, { write: reversed });
    },
  },
  {
    fault: 'is busy in the complete of its last reader',
    caughtBy: 'a subscription made in the complete of take(1) is accepted',
    saying: /the second read was refused/,
    break(flow) {
      let active = 0;
      const read = defer(() => {
        if (active > 0) return throwError(() => new FlowError('busy', 'one reader, please: share()'));
        active += 1;
        return flow.read().pipe(finalize(() => (active -= 1)));
      });
      return but(flow, { read: () => read });
    },
  },
  {
    fault: 'takes the second write after the end',
    caughtBy: "writes after shutdown('write') are closed",
    saying: /the write was accepted/,
    break(flow) {
      let refused = false;
      const forgetful = (buffer: Uint8Array) => (refused ? of(ok) : flow.write(buffer).pipe(tap((result) => (refused = !result.ok))));
      return but(flow, { write: forgetful });
    },
  },
  {
    fault: 'drops what follows an empty buffer of writev()',
    caughtBy: 'writev() of nothing, or of empty buffers',
    saying: /still waiting until the read has brought "xy"/,
    break(flow) {
      const upToEmpty = (buffers: readonly Uint8Array[]) => {
        const first = buffers.findIndex((buffer) => buffer.byteLength > 0);
        const empty = buffers.findIndex((buffer, at) => at > first && buffer.byteLength === 0);
        return flow.writev(empty < 0 ? buffers : buffers.slice(0, empty));
      };
      return but(flow, { writev: upToEmpty });
    },
  },
  {
    fault: 'takes a falsy reason for none',
    caughtBy: 'abort() takes any reason',
    saying: /cause of its error: expected 0, got undefined/,
    break: (flow) => but(flow, { abort: (reason) => flow.abort(reason === 0 ? undefined : reason) }),
  },
  {
    fault: 'loses a failure that nobody was reading to see',
    caughtBy: 'a failure that came while nobody was reading',
    saying: /still waiting until the read of the peer has ended/,
    break(flow) {
      let readers = 0;
      let isLost = false;
      flow.closed.subscribe({ error: () => (isLost = readers === 0) });
      const read = defer(() => {
        if (isLost) return NEVER;
        readers += 1;
        return flow.read().pipe(finalize(() => (readers -= 1)));
      });
      return but(flow, { read: () => read });
    },
  },
];
