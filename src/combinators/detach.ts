import { type MonoTypeOperatorFunction, tap } from 'rxjs';
import { detachFlow } from '../flow/detached.js';
import type { Flow } from '../flow/flow.js';

/**
 * Takes flows, and what lives on one (TLS, a framed flow, a channel, an HTTP/2 client), from the subscriptions that made
 * them, the flow below included: from here on they are their holder's to close, and the end of those subscriptions does not
 * abort them. Flows that belong to no subscription pass unchanged. A response or a tunnel of HTTP/2 still goes with its
 * client: detach that.
 *
 * @example
 * const flow = await firstValueFrom(connectTcp({ port }).pipe(detach()));
 */
export function detach<F extends Pick<Flow, 'closed'>>(): MonoTypeOperatorFunction<F> {
  return tap<F>((flow) => detachFlow(flow));
}
