/** A flow over TLS: what it knows beside being a flow, and how one is made of a socket whose handshake is done. */
import type { PeerCertificate, TLSSocket } from 'node:tls';
import { detachedWith } from '../../flow/detached.js';
import type { Flow } from '../../flow/flow.js';
import { streamFlow } from '../stream/stream-flow.js';
import type { TlsLine } from './tls-line.js';
import { TlsTransport } from './tls-transport.js';

/** What both sides have agreed on, and who the peer is. */
export interface TlsSession {
  /** The protocol that ALPN chose; `undefined` where nothing was offered or asked for. */
  readonly alpnProtocol: string | undefined;
  /**
   * The name that the client asked for (SNI); `undefined` if for none, as with an IP address, and, of a server, where it
   * resumed a session of TLS 1.2.
   */
  readonly servername: string | undefined;
  /** As `node:tls` shows it (`subject.CN`, `subjectaltname`, `fingerprint256`, `raw`, …); `undefined` if it showed none. */
  readonly peerCertificate: PeerCertificate | undefined;
  /** Whether the peer's certificate was verified: always, but where `rejectUnauthorized` or `requestCert` say otherwise. */
  readonly authorized: boolean;
}

/** A flow over TLS, with the `local` and `remote` of the flow below where that has them. */
export type TlsFlow<Below extends Flow = Flow> = Flow & TlsSession & Pick<Below, keyof Below & ('local' | 'remote')>;

export function tlsFlow<Below extends Flow>(below: Below, name: string, socket: TLSSocket, line: TlsLine): TlsFlow<Below> {
  const flow = streamFlow(new TlsTransport(name, socket, line), { ...endsOf(below), ...sessionOf(socket) });
  return detachedWith(flow, below) as TlsFlow<Below>;
}

/** `undefined` if it showed none. */
export function peerCertificateOf(socket: TLSSocket): PeerCertificate | undefined {
  const certificate = socket.getPeerCertificate() as PeerCertificate | null;
  return certificate?.raw === undefined ? undefined : certificate;
}

function sessionOf(socket: TLSSocket): TlsSession {
  return {
    alpnProtocol: textOf(socket.alpnProtocol),
    servername: textOf((socket as { servername?: unknown }).servername),
    peerCertificate: peerCertificateOf(socket),
    authorized: socket.authorized,
  };
}

function endsOf(below: object): object {
  const { local, remote } = below as { readonly local?: unknown; readonly remote?: unknown };
  return { ...(local === undefined ? {} : { local }), ...(remote === undefined ? {} : { remote }) };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
