import type { Observable } from 'rxjs';
import { flowLifetime } from '../../flow/flow-lifetime.js';
import type { Flow } from '../../flow/flow.js';
import { stdio } from './stdio.js';

/** {@link stdio} as creators give their flows: taken when subscribed to, aborted when unsubscribed from. */
export function stdioOnce(): Observable<Flow> {
  return flowLifetime<Flow>(({ ready, fail }) => {
    try {
      ready(stdio());
    } catch (error) {
      fail(error);
    }
    return undefined;
  });
}
