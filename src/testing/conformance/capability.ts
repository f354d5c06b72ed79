/** What a transport may be unable to do without being a lesser flow, and how its adapter says so. */
import { describe } from '../../flow/describe.js';

/**
 * Every capability is either had or not; not having it takes a reason, which the skipped cases carry.
 *
 * Had unless declared as missing:
 * - `halfClose`: one direction can end while the other goes on
 * - `reset`: the peer of an aborted flow fails with code `reset`
 * - `backpressure`: writes stay pending while the peer does not read
 * - `peer`: there is somebody for `close()` to wait for (function-based flows have nobody)
 *
 * Missing unless claimed by `true`:
 * - `immediate`: what is written is with the peer as soon as `write` returns (in memory)
 * - `keepsUnread`: what has reached the peer of an aborted flow, and nobody had asked for, can still be read there
 * - `byReference`: the peer reads the very buffers that were written (in memory)
 * - `endingsEmit`: `shutdown()`, `close()` and `closed` emit once before they complete, as all flows of this package do
 */
export type ConformanceCapability =
  | 'halfClose'
  | 'reset'
  | 'backpressure'
  | 'peer'
  | 'immediate'
  | 'keepsUnread'
  | 'byReference'
  | 'endingsEmit';

/** `true`: the transport can. A string: it cannot, and why. `false`: it cannot, without a word. */
export type ConformanceCapabilities = Readonly<Partial<Record<ConformanceCapability, boolean | string>>>;

/** What holds if nothing is said: `true`, or why the capability is missing. */
const DEFAULTS: Readonly<Record<ConformanceCapability, true | string>> = {
  halfClose: true,
  reset: true,
  backpressure: true,
  peer: true,
  immediate: 'not claimed: bytes may be on their way when write() returns',
  keepsUnread: 'not claimed: what is unread may go with the connection',
  byReference: 'not claimed: the transport may copy',
  endingsEmit: 'not claimed: the contract says only that they complete',
};

/** The declared capabilities over the defaults: `true`, or the reason why not. */
export function resolveCapabilities(declared: ConformanceCapabilities = {}): Record<ConformanceCapability, true | string> {
  if (typeof declared !== 'object' || declared === null) {
    throw new TypeError(`conformance: capabilities must be an object, not ${describe(declared)}`);
  }
  const resolved = { ...DEFAULTS };
  for (const [name, value] of Object.entries(declared)) {
    if (!(name in DEFAULTS)) {
      throw new TypeError(`conformance: capabilities.${name} is none of ${Object.keys(DEFAULTS).join(', ')}`);
    }
    if (value === undefined) continue;
    if (typeof value !== 'boolean' && typeof value !== 'string') {
      throw new TypeError(`conformance: capabilities.${name} must be true or a reason (a string), not ${describe(value)}`);
    }
    resolved[name as ConformanceCapability] = value === false ? 'not supported (no reason given)' : value;
  }
  return resolved;
}
