import { constants, randomBytes } from 'node:crypto';
import { TLSSocket, type SecureContextOptions } from 'node:tls';
import type { Observable } from 'rxjs';
import { checkFlow } from '../../flow/check-flow.js';
import type { Flow } from '../../flow/flow.js';
import { FlowError } from '../../flow/flow-error.js';
import { aBoolean, optional } from '../check-config.js';
import { certificateError, tlsFlowError } from './tls-error.js';
import { peerCertificateOf, type TlsFlow } from './tls-flow.js';
import { tlsHandshake, type TlsSide } from './tls-handshake.js';
import { aHostTable, chooseHost, type TlsHost } from './tls-hosts.js';
import { checkCertificate, checkTlsOptions, HANDSHAKE_MS, secureContextOf, type TlsOptions } from './tls-options.js';

/** What a server of TLS takes beside what both sides take: whether clients must show who they are, and further certificates. */
export interface TlsServerOptions extends TlsOptions {
  /**
   * Asks the client for a certificate; one that is missing or not valid fails, unless `rejectUnauthorized` is `false`. Where a
   * host of {@link hosts} has a `secureContext` of its own, no session is resumed. A `secureContext` in place of `cert` needs
   * a `sessionIdContext`, or clients that resume a session are refused; and beside hosts that trust other authorities
   * `SSL_OP_NO_TICKET`, or a session is resumed under a name that would not have taken the client.
   */
  readonly requestCert?: boolean;
  /** Certificates beside {@link cert}, by the name that a client asks for (SNI), e.g. `{ 'a.example': { cert, key } }`. */
  readonly hosts?: Readonly<Record<string, TlsHost>>;
}

/**
 * The server's side of TLS over any flow; all is as with `tlsClient`. It must have a `cert` and its `key`. The client need
 * not show a certificate, unless `requestCert` asks for one.
 *
 * @example
 * listenTcp({ port: 443 }).pipe(mergeMap((flow) => tlsServer(flow, { cert, key }).pipe(catchError(() => EMPTY))));
 */
export function tlsServer<Below extends Flow>(flow: Below, options: TlsServerOptions): Observable<TlsFlow<Below>> {
  checkFlow('tlsServer: flow', flow);
  const sideOf = tlsServerSide('tlsServer', options);
  return tlsHandshake(flow, sideOf(`tls over ${flow.name}`));
}

/** Checks the options at once; what comes back knows the server's side of a connection. */
export function tlsServerSide(caller: string, options: TlsServerOptions): (name: string) => TlsSide {
  checkTlsOptions(caller, options, { requestCert: optional(aBoolean), hosts: optional(aHostTable) });
  checkCertificate(caller, options);
  const { alpnProtocols, requestCert = false, rejectUnauthorized = true, handshakeTimeoutMs = HANDSHAKE_MS, hosts } = options;
  const secureContext = secureContextOf(caller, options, requestCert ? sessionsOf(hosts) : {});
  const alpn = alpnProtocols === undefined ? {} : { ALPNProtocols: [...alpnProtocols] };
  const sni = hosts === undefined ? {} : { SNICallback: chooseHost(caller, hosts, options) };
  const settings = { isServer: true, secureContext, requestCert, rejectUnauthorized, ...alpn, ...sni };
  return (name) => ({
    name,
    handshakeTimeoutMs,
    agreed: 'secure',
    start: (line) => {
      const socket = new TLSSocket(line, settings);
      // Where there is no server of Node's to take control, errors of TLS come by this event alone.
      return socket.on('_tlsError', (error: Error) => socket.destroy(error));
    },
    objection: (socket) => {
      const fault = requestCert ? verify(socket, name) : null;
      return fault === null || !rejectUnauthorized ? null : certificateError(name, 'a client', fault);
    },
    errorOf: (_, error) => tlsFlowError(name, error),
  });
}

/**
 * OpenSSL resumes no session that has a certificate in it without an id, which Node's own servers choose. And one may be
 * resumed under another name than its own: where a host has authorities of its own, they might not have taken it.
 */
function sessionsOf(hosts: TlsServerOptions['hosts'] = {}): SecureContextOptions {
  const haveOthers = Object.values(hosts).some(({ secureContext }) => secureContext !== undefined);
  return { sessionIdContext: randomBytes(16).toString('hex'), ...(haveOthers && { secureOptions: constants.SSL_OP_NO_TICKET }) };
}

/**
 * As Node's own servers do when both sides agree: OpenSSL knows what it thinks of the certificate, and lets all through.
 * Where a session of TLS 1.3 is resumed, Node takes a missing certificate for a pre-shared key and finds no fault: a client
 * with a session from where none was asked for would get in.
 */
function verify(socket: TLSSocket, name: string): unknown {
  const { _handle: handle } = socket as unknown as { _handle: { verifyError(): unknown } };
  const isShown = peerCertificateOf(socket) !== undefined;
  const fault = isShown ? (handle.verifyError() ?? null) : new FlowError('protocol', `${name}: the peer has shown no certificate`);
  socket.authorized = fault === null;
  return fault;
}
