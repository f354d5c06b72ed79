import { type MonoTypeOperatorFunction, tap } from 'rxjs';
import { detachFlow } from '../flow/detached.js';
import type { Flow } from '../flow/flow.js';

/**
 * Takes flows, and what lives on one (an HTTP/2 client), from the subscription that made them: from here on they are
 * their holder's to close, and the end of that subscription does not abort them. Flows that belong to no subscription
 * pass unchanged.
 *
 * @example
 * const flow = await firstValueFrom(connectTcp({ port }).pipe(detach()));
 */
export function detach<F extends Pick<Flow, 'closed'>>(): MonoTypeOperatorFunction<F> {
  return tap<F>((flow) => detachFlow(flow));
}
