import { describe } from '../flow/describe.js';
import { isBytes } from '../flow/is-bytes.js';
import type { Refill } from './refill.js';

/**
 * An output that fills buffers of the caller's, in order: `output_bytes(s)` and `output_cstruct(s)` of
 * `Mirage_flow_combinators.F`. Once they are full, writes are `closed`; the one that did not fit has filled what there
 * was. Throws a `TypeError` for anything but a `Uint8Array` or an array of them.
 *
 * @example
 * const target = new Uint8Array(10);
 * const flow = refillFlow({ output: outputInto(target) });
 * flow.write(utf8('hello world')); // {ok: false}, `closed`; the target holds `hello worl`
 */
export function outputInto(target: Uint8Array | readonly Uint8Array[]): Refill {
  const targets = targetsOf('outputInto: target', target);
  let at = 0;
  let offset = 0;
  return (buffer) => {
    while (at < targets.length && offset === targets[at]!.length) {
      at += 1;
      offset = 0;
    }
    const room = targets[at];
    if (room === undefined) return 0;
    const part = buffer.subarray(0, room.length - offset);
    room.set(part, offset);
    offset += part.length;
    return part.length;
  };
}

/** One target or a list of them, as a list; throws a `TypeError` that names `argument` for anything else. */
export function targetsOf(argument: string, target: Uint8Array | readonly Uint8Array[]): readonly Uint8Array[] {
  if (isBytes(target)) return [target];
  if (!Array.isArray(target)) {
    throw new TypeError(`${argument} must be a Uint8Array or an array of them, not ${describe(target)}`);
  }
  const targets = [...(target as readonly Uint8Array[])];
  const wrong = targets.findIndex((one) => !isBytes(one));
  if (wrong >= 0) throw new TypeError(`${argument} must hold Uint8Arrays, not ${describe(targets[wrong])} (at ${wrong})`);
  return targets;
}
