// A client and a server of ours on two ends of a transport, for specs that are about requests.

import { firstValueFrom } from 'rxjs';
import { detach } from 'rxjs-flow';
import {
  http2Client,
  http2Server,
  type Http2Client,
  type Http2ClientOptions,
  type Http2Handler,
  type Http2ServerOptions,
} from 'rxjs-flow/http2';
import { watch, type Watched } from '../../node/support/settled.js';
import type { Cleanup, ConnectedFlows, Transport } from './transports.js';

export interface Connection extends ConnectedFlows {
  readonly client: Http2Client;
  readonly serving: Watched<void>;
}

export interface ConnectionOptions {
  readonly client?: Http2ClientOptions;
  readonly server?: Http2ServerOptions;
}

/** Both ends, until the spec is over. */
export async function connect(
  transport: Transport,
  cleanup: Cleanup,
  handler: Http2Handler,
  options: ConnectionOptions = {},
): Promise<Connection> {
  const flows = await transport.connect();
  cleanup.add(() => flows.dispose());
  const serving = watch(http2Server(flows.far, handler, options.server));
  cleanup.add(() => serving.subscription.unsubscribe());
  const client = await firstValueFrom(http2Client(flows.near, options.client).pipe(detach()));
  cleanup.add(() => flows.near.abort());
  return { ...flows, client, serving };
}
