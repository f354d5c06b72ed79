/** What goes wrong in TLS in a flow's terms, and in words for whoever has to find out why. */
import type { PeerCertificate } from 'node:tls';
import { FlowError, isFlowError } from '../../flow/flow-error.js';
import { ownValue } from '../../flow/own-value.js';
import { systemFlowError } from '../system-error.js';

/** What OpenSSL and `node:tls` say of an error, beside its message. */
interface TlsError {
  readonly code?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly cert?: Partial<PeerCertificate>;
}

/** The `FlowError` for what a `TLSSocket` reported: `protocol` where TLS was violated, else as for any socket. */
export function tlsFlowError(name: string, error: unknown): FlowError {
  if (isFlowError(error)) return error;
  const { code = '', reason, message = String(error) } = Object(error) as TlsError;
  if (!/^(ERR_SSL_|ERR_TLS_|EPROTO$)/.test(code)) return systemFlowError(name, error);
  return new FlowError('protocol', `${name}: ${meaningOf(code, reason ?? reasonIn(message))}`, { cause: error });
}

/** The `FlowError` for a peer's certificate that did not stand up, `whose` it should have been. */
export function certificateError(name: string, whose: string, error: unknown): FlowError {
  if (isFlowError(error)) return error;
  const { code = '', message = String(error), cert } = Object(error) as TlsError;
  const why =
    code === 'ERR_TLS_CERT_ALTNAME_INVALID'
      ? `it is for ${String(cert?.subjectaltname ?? cert?.subject?.CN ?? 'nobody')}`
      : `${ownValue(FAULTS, code) ?? message}${code === '' ? '' : ` (${code})`}`;
  return new FlowError('protocol', `${name}: the certificate is not valid for ${whose}: ${why}`, { cause: error });
}

/** Whether `node:tls` says, by a reset of its own making, that the line has ended during the handshake. */
export function isHandshakeCut(error: unknown): boolean {
  const { code, syscall } = Object(error) as NodeJS.ErrnoException;
  return code === 'ECONNRESET' && syscall === undefined;
}

/** The `FlowError` for a line that has ended during the handshake. */
export function cutError(name: string, cause?: unknown): FlowError {
  return new FlowError('truncated', `${name}: the connection ended during the TLS handshake`, { cause });
}

/** Of an `EPROTO`, which has OpenSSL's whole line for a message: `…:SSL routines:function:reason:file:line:`. */
function reasonIn(message: string): string {
  return /:SSL routines:[^:]*:([^:]+):/.exec(message)?.[1] ?? message;
}

function meaningOf(code: string, reason: string): string {
  // Of some alerts (110 to 114) OpenSSL leaves the word out; from 3.2 on it says `ssl/tls`.
  const alert = /^(?:tlsv1|tlsv13|sslv3|ssl\/tls) (?:alert )?(.*)/.exec(reason)?.[1];
  if (alert !== undefined) return `the peer refused: ${alert}`;
  return ownValue(MEANINGS, code) ?? ownValue(MEANINGS, `ERR_SSL_${reason.toUpperCase().replaceAll(' ', '_')}`) ?? `TLS failed: ${reason}`;
}

const NO_TLS = 'the peer does not speak TLS, or no version that is spoken here';

const MEANINGS: Readonly<Record<string, string>> = {
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  // The same, by OpenSSL's later word for it.
  ERR_SSL_BAD_RECORD_TYPE: NO_TLS,
  ERR_SSL_HTTP_REQUEST: 'the peer speaks HTTP and not TLS',
  ERR_SSL_NO_APPLICATION_PROTOCOL: 'the peer offers no application protocol that is spoken here (ALPN)',
  ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE: 'the peer has shown no certificate',
};

const FAULTS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'its time has not begun',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is signed by itself, and not among those trusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'its root is not among those trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'nobody trusted has signed it, or a certificate between is missing',
  UNABLE_TO_GET_ISSUER_CERT: 'a certificate between it and those trusted is missing',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'nobody trusted has signed it, or a certificate between is missing',
  CERT_REVOKED: 'it was revoked',
};
