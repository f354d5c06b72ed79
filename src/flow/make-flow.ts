import { assembleFlow } from './assemble-flow.js';
import { describe } from './describe.js';
import type { Flow } from './flow.js';
import { guardTransport } from './guard-transport.js';
import type { Transport } from './transport.js';

/**
 * Makes a `Flow` of a {@link Transport}: how every adapter is written. The engine polices the contract (queueing,
 * ordering, the half-close table, sticky ends, the busy reader, trampolining), so that an adapter only transports.
 * A method of it that throws breaks the flow with `failed`, and what it threw as the cause.
 *
 * @example
 * // A flow that sends back what is written to it.
 * function echoFlow(): Flow {
 *   let link: FlowLink;
 *   let isFull = false;
 *   return makeFlow({
 *     name: 'echo',
 *     open: (engine) => { link = engine; },
 *     write: (buffer) => !(isFull = !link.push(buffer)), // false: in hand, for as long as nobody reads
 *     pull: () => { if (isFull) { isFull = false; link.ready(); } },
 *     end: () => { link.finished(); link.end(); },
 *     abort: () => {},
 *   });
 * }
 */
export function makeFlow(transport: Transport): Flow {
  checkTransport(transport);
  return assembleFlow(guardTransport(transport));
}

function checkTransport(transport: Transport): void {
  check('transport', transport, 'object');
  check('transport.name', transport.name, 'string');
  for (const method of ['write', 'end', 'abort']) check(`transport.${method}`, Reflect.get(transport, method), 'function');
  for (const method of ['open', 'pull', 'writev', 'stop', 'free', 'close']) checkOptional(transport, method, 'function');
  for (const limit of ['highWaterMark', 'maxQueuedBytes']) checkLimit(transport, limit);
}

function checkLimit(transport: Transport, limit: string): void {
  checkOptional(transport, limit, 'number');
  const bytes: unknown = Reflect.get(transport, limit);
  if (Number.isNaN(bytes) || Number(bytes) < 0) throw new TypeError(`makeFlow: transport.${limit} must be at least 0, not ${describe(bytes)}`);
}

function checkOptional(transport: Transport, property: string, type: Type): void {
  const value: unknown = Reflect.get(transport, property);
  if (value !== undefined) check(`transport.${property}`, value, type);
}

type Type = 'object' | 'string' | 'function' | 'number';

function check(what: string, value: unknown, type: Type): void {
  if (typeof value === type && value !== null) return;
  throw new TypeError(`makeFlow: ${what} must be ${type === 'object' ? 'an' : 'a'} ${type}, not ${describe(value)}`);
}
