/**
 * A flow whose peer is a script: what it sends, what it expects, and when. After `tokio_test::io::Builder`. For a test of
 * one side of a protocol; a test of both sides takes a `flowPair`.
 */
import { describe } from '../flow/describe.js';
import type { Flow } from '../flow/flow.js';
import { isBytes } from '../flow/is-bytes.js';
import { makeFlow } from '../flow/make-flow.js';
import { checkNamed } from '../memory/check-arguments.js';
import { toBytes } from './bytes.js';
import type { Step } from './script/step.js';
import { ScriptedTransport } from './script/scripted-transport.js';

/** A flow that {@link FlowScript.build} made. */
export interface ScriptedFlow extends Flow {
  /** Throws what deviated from the script, or names the steps that are left over, and a write that a pause still holds up. */
  verify(): void;
}

/** Steps, in the order in which they are called; strings are taken in UTF-8. A step that makes no sense throws. */
export interface FlowScript {
  /** These bytes are there to be read, as one buffer; done when a reader has taken it, or `shutdown('read')` dropped it. */
  read(bytes: string | Uint8Array): this;
  /** These bytes must be written, in one write or in several. */
  write(bytes: string | Uint8Array): this;
  /**
   * Nothing happens for so long; what is written meanwhile stays pending. On an RxJS timer: virtual time counts. A pause
   * that comes first begins with the first read, write, `shutdown()` or `close()`.
   */
  wait(ms: number): this;
  /**
   * The next read fails, and the flow with it: with `error` if it is a `FlowError`, with one of that code if it is a
   * `FlowErrorCode`, else with `failed` and it as cause.
   */
  readError(error: unknown): this;
  /** The next write resolves to `{ok: false}`, with the error as in {@link readError}; reading goes on. */
  writeError(error: unknown): this;
  /** EOF is there to be read. Without this step, reading waits for ever once everything has been read. */
  eof(): this;
  /** The write side must be ended here: `shutdown('write')` or `close()`. Without it, it may be. */
  expectEof(): this;
  /** A flow that has this script for a peer, from the first step on. */
  build(): ScriptedFlow;
  /** {@link ScriptedFlow.verify} of every flow that was built. */
  verify(): void;
}

/**
 * A scripted peer. A write that deviates resolves to `{ok: false}` with an error of code `protocol` that shows what was
 * expected and what came, as text and as hex; the flow fails with that error, and `verify()` throws it.
 *
 * The steps are taken in order, each pause beginning when the step before it is done. As in tokio, writes look past
 * reads: bytes may be written before what precedes them in the script has been read, but not before a pause is over.
 *
 * @example
 * const flow = flowScript().read('ping\n').wait(10).write('pong\n').expectEof().build();
 * flow.read().pipe(take(1)).subscribe(() => {
 *   flow.write(utf8('pong\n'));
 *   flow.shutdown('write');
 * });
 * // … and at the end of the test
 * flow.verify();
 */
export function flowScript(options: { readonly name?: string } = {}): FlowScript {
  checkNamed('flowScript', options);
  return new Script(options.name ?? 'script');
}

class Script implements FlowScript {
  readonly #steps: Step[] = [];
  /** Where the first step of each kind is. */
  readonly #firsts = new Map<Step['kind'], number>();
  readonly #built: ScriptedFlow[] = [];

  constructor(private readonly name: string) {}

  read(bytes: string | Uint8Array): this {
    return this.#add('read', { kind: 'read', bytes: this.#bytes('read', bytes) }, ['eof', 'readError']);
  }

  write(bytes: string | Uint8Array): this {
    return this.#add('write', { kind: 'write', bytes: this.#bytes('write', bytes) }, ['writeError', 'expectEof', 'readError']);
  }

  wait(ms: number): this {
    if (typeof ms !== 'number' || !(ms >= 0 && ms < Infinity)) {
      throw new TypeError(`${this.#where('wait')}: takes milliseconds, 0 or more, not ${describe(ms)}`);
    }
    return this.#add('wait', { kind: 'wait', ms }, ['readError']);
  }

  readError(error: unknown): this {
    return this.#add('readError', { kind: 'readError', error }, ['eof', 'readError']);
  }

  writeError(error: unknown): this {
    return this.#add('writeError', { kind: 'writeError', error }, ['writeError', 'expectEof', 'readError']);
  }

  eof(): this {
    return this.#add('eof', { kind: 'eof' }, ['eof', 'readError']);
  }

  expectEof(): this {
    return this.#add('expectEof', { kind: 'expectEof' }, ['writeError', 'expectEof', 'readError']);
  }

  build(): ScriptedFlow {
    const transport = new ScriptedTransport(this.name, [...this.#steps]);
    const flow = Object.assign(makeFlow(transport), { verify: () => transport.verify() });
    this.#built.push(flow);
    return flow;
  }

  verify(): void {
    if (this.#built.length === 0) throw new TypeError(`${this.name}: verify() before build()`);
    for (const flow of this.#built) flow.verify();
  }

  /** `after`: the kinds of step that end what this one needs. */
  #add(call: string, step: Step, after: readonly Step['kind'][]): this {
    const ended = Math.min(...after.map((kind) => this.#firsts.get(kind) ?? Infinity));
    if (ended !== Infinity) {
      throw new TypeError(`${this.#where(call)}: cannot come after ${this.#steps[ended]!.kind}() (step ${ended + 1})`);
    }
    if (!this.#firsts.has(step.kind)) this.#firsts.set(step.kind, this.#steps.length);
    this.#steps.push(step);
    return this;
  }

  #bytes(call: string, bytes: string | Uint8Array): Uint8Array {
    if (typeof bytes !== 'string' && !isBytes(bytes)) {
      throw new TypeError(`${this.#where(call)}: takes a string or a Uint8Array, not ${describe(bytes)}`);
    }
    if (bytes.length === 0) throw new TypeError(`${this.#where(call)}: takes at least 1 byte`);
    // A copy: the script must not change with the caller's buffer.
    return toBytes(bytes).slice();
  }

  #where(call: string): string {
    return `${this.name}: step ${this.#steps.length + 1}, ${call}()`;
  }
}
