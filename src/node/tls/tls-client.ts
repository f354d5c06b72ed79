import { isIP } from 'node:net';
import { connect } from 'node:tls';
import type { Observable } from 'rxjs';
import { checkFlow } from '../../flow/check-flow.js';
import type { Flow } from '../../flow/flow.js';
import { aText, optional } from '../check-config.js';
import { certificateError, tlsFlowError } from './tls-error.js';
import type { TlsFlow } from './tls-flow.js';
import { tlsHandshake, type TlsSide } from './tls-handshake.js';
import { checkTlsOptions, HANDSHAKE_MS, secureContextOf, type TlsOptions } from './tls-options.js';

/** What a client of TLS takes beside what both sides take: whom the server must be. */
export interface TlsClientOptions extends TlsOptions {
  /**
   * Whom the server must be by its certificate, and, if a name and no IP address, whom it is asked to be (SNI). Default:
   * the address of the flow's `remote` if it has one, else `localhost`.
   */
  readonly servername?: string;
}

/**
 * The client's side of TLS over any flow: a socket's, one in memory, or one in the middle of a conversation (STARTTLS).
 * Cold, and lifetime is subscription, as with `connectTcp`: subscribing begins the handshake, the flow over TLS is
 * emitted when it is done, and unsubscribing before that has closed aborts it. The flow below is TLS's from now on, and
 * ends with it; a flow that nobody has used yet is the fastest below.
 *
 * The server's certificate is verified, unless `rejectUnauthorized` is `false`. An end that the peer has not announced
 * (close_notify) is `truncated` and no EOF; each direction has an end of its own. Aborting it aborts the flow below.
 *
 * Errors with `FlowError`: `protocol` (the certificate is not valid, the peer refused, what came is no TLS), `timeout`,
 * `truncated` (cut during the handshake), `busy` (there is TLS on the flow already), `unsupported` (Bun, Deno), and whatever
 * the flow below errors with; the system's own error is the cause. Throws a `TypeError` for wrong options.
 *
 * @example
 * connectTcp({ host: 'example.org', port: 443 }).pipe(
 *   switchMap((flow) => tlsClient(flow, { servername: 'example.org', alpnProtocols: ['h2'] })),
 * );
 */
export function tlsClient<Below extends Flow>(flow: Below, options: TlsClientOptions = {}): Observable<TlsFlow<Below>> {
  checkFlow('tlsClient: flow', flow);
  const sideOf = tlsClientSide('tlsClient', options);
  return tlsHandshake(flow, sideOf(`tls over ${flow.name}`, hostOf(flow)));
}

/** Checks the options at once; what comes back knows the client's side of a connection to `host`. */
export function tlsClientSide(caller: string, options: TlsClientOptions): (name: string, host: string) => TlsSide {
  checkTlsOptions(caller, options, { servername: optional(aText) });
  const { servername, alpnProtocols, rejectUnauthorized = true, handshakeTimeoutMs = HANDSHAKE_MS } = options;
  const secureContext = secureContextOf(caller, options);
  return (name, address) => {
    const host = servername ?? address;
    const identity = { host, servername: isIP(host) === 0 ? host : '' };
    const alpn = alpnProtocols === undefined ? {} : { ALPNProtocols: [...alpnProtocols] };
    return {
      name,
      handshakeTimeoutMs,
      agreed: 'secureConnect',
      start: (socket) => connect({ socket, secureContext, rejectUnauthorized, ...identity, ...alpn }),
      errorOf: (socket, error) => {
        const isVerdict = rejectUnauthorized && socket.authorizationError !== undefined && socket.authorizationError !== null;
        return isVerdict ? certificateError(name, host, error) : tlsFlowError(name, error);
      },
    };
  };
}

function hostOf(flow: Flow): string {
  const { remote } = flow as { readonly remote?: { readonly host?: unknown } };
  return typeof remote?.host === 'string' && remote.host !== '' ? remote.host : 'localhost';
}
