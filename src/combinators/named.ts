import { checkFlow } from '../flow/check-flow.js';
import { describe } from '../flow/describe.js';
import type { Flow } from '../flow/flow.js';
import { FlowError, isFlowError } from '../flow/flow-error.js';
import { inPlaceOf } from '../flow/replaced-error.js';
import { TranslatingFlow } from './translating-flow.js';

/**
 * The same flow under another name: in its own errors, and in the messages, logs and pictures of what is built on it.
 *
 * @example
 * copy(named(socket, 'upload'), file) // fails as: copy upload -> file: …
 */
export function named(flow: Flow, name: string): Flow {
  checkFlow('named: flow', flow);
  if (typeof name !== 'string') throw new TypeError(`named: name must be a string, not ${describe(name)}`);
  return new NamedFlow(flow, name);
}

class NamedFlow extends TranslatingFlow {
  protected translate(error: unknown): unknown {
    const place = `${this.inner.name}: `;
    if (!isFlowError(error) || !error.message.startsWith(place)) return error;
    const { code, message, cause } = error;
    return inPlaceOf(error, new FlowError(code, `${this.name}: ${message.slice(place.length)}`, { cause }));
  }
}
