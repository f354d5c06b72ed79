/**
 * The options of TLS: what they are called here, whether they are right, and the `SecureContext` that they make. A wrong
 * one is a `TypeError` where it was written; no connection is made here.
 */
import { X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import { describe } from '../../flow/describe.js';
import { isBytes } from '../../flow/is-bytes.js';
import { aBoolean, aDuration, aText, checkConfig, optional, type Requirement } from '../check-config.js';

/** A certificate or a key: PEM as text or bytes, or DER. Its owner may change the bytes after the call. */
export type Credential = string | Uint8Array;

/** What both sides of TLS take. */
export interface TlsOptions {
  /** Whom to trust: certificates of authorities, or a peer's own (default: the authorities that Node knows). */
  readonly ca?: Credential | readonly Credential[];
  /** This side's certificate, followed by those of intermediate authorities. A server must have one. */
  readonly cert?: Credential;
  /** The private key of {@link cert}. */
  readonly key?: Credential;
  /** Of an encrypted {@link key}. */
  readonly passphrase?: string;
  /** Application protocols, e.g. `['h2', 'http/1.1']`, the preferred first; the server decides (ALPN, RFC 7301). */
  readonly alpnProtocols?: readonly string[];
  /** `false` takes a peer whose certificate cannot be verified: its flow is not `authorized` (default `true`). */
  readonly rejectUnauthorized?: boolean;
  /** Gives up with `timeout` when the handshake takes longer (default 120000). */
  readonly handshakeTimeoutMs?: number;
  /** Made by `tls.createSecureContext`, in place of `ca`, `cert`, `key` and `passphrase`: for all that has no option here. */
  readonly secureContext?: SecureContext;
}

/** The longest handshake, of those that say nothing of it: as long as `node:tls` gives a client of its servers. */
export const HANDSHAKE_MS = 120_000;

const aCredential: Requirement = {
  what: 'a string or a Uint8Array that is not empty',
  accepts: (value) => (typeof value === 'string' || isBytes(value)) && value.length > 0,
};
const credentials: Requirement = {
  what: 'a string or a Uint8Array, or an array of them',
  accepts: (value) => (Array.isArray(value) ? value : [value]).every((one) => aCredential.accepts(one)),
};
const protocolNames: Requirement = {
  what: 'an array of names of 1 to 255 bytes',
  accepts: (value) => Array.isArray(value) && value.length > 0 && value.every(isProtocolName),
};
const aContext: Requirement = {
  what: 'a SecureContext of node:tls',
  accepts: (value) => typeof value === 'object' && value !== null && 'context' in value,
};

const REQUIREMENTS = {
  ca: optional(credentials),
  cert: optional(aCredential),
  key: optional(aCredential),
  passphrase: optional(aText),
  alpnProtocols: optional(protocolNames),
  rejectUnauthorized: optional(aBoolean),
  handshakeTimeoutMs: optional(aDuration),
  secureContext: optional(aContext),
} as const;

/** Throws a `TypeError` unless all of `options` is right, `more` included. */
export function checkTlsOptions(caller: string, options: TlsOptions, more: Readonly<Record<string, Requirement>>): void {
  checkConfig(caller, options, { ...REQUIREMENTS, ...more });
  if (options.secureContext === undefined) return;
  for (const other of ['ca', 'cert', 'key', 'passphrase'] as const) {
    if (options[other] !== undefined) throw new TypeError(`${caller}: ${other} has no effect beside a secureContext`);
  }
}

/**
 * The context that `options` have, or make, with `more` that is no option. Throws a `TypeError` for certificates and keys
 * that cannot be read, or do not fit.
 */
export function secureContextOf(caller: string, options: TlsOptions, more: SecureContextOptions = {}): SecureContext {
  const { secureContext, ca, cert, key, passphrase } = options;
  if (secureContext !== undefined) return secureContext;
  if ((cert === undefined) !== (key === undefined)) {
    throw new TypeError(`${caller}: ${cert === undefined ? 'key' : 'cert'} has no effect without the ${cert === undefined ? 'certificate' : 'key'} that it belongs to`);
  }
  const given = Object.entries({ ca, cert, key, passphrase }).filter(([, value]) => value !== undefined);
  try {
    // Node passes over an authority that it cannot read.
    for (const authority of [ca ?? []].flat()) new X509Certificate(authority);
    return createSecureContext({ ...Object.fromEntries(given), ...more });
  } catch (cause) {
    const names = given.map(([name]) => name).join(', ');
    const hint = given.some(([name, value]) => name !== 'passphrase' && isNoPem(value)) ? ' (PEM is needed: what a file holds, not its name)' : '';
    throw new TypeError(`${caller}: no secure context comes of ${names}${hint}: ${(cause as Error).message}`, { cause });
  }
}

/** Throws a `TypeError` unless the certificate and its key are both there. */
export function checkCertificate(caller: string, { cert, key, secureContext }: TlsOptions): void {
  if (secureContext !== undefined) return;
  const missing = cert === undefined ? 'cert' : key === undefined ? 'key' : null;
  if (missing !== null) throw new TypeError(`${caller}: ${missing} must be ${aCredential.what}, not ${describe(undefined)}`);
}

function isNoPem(value: unknown): boolean {
  return [value].flat().some((one) => typeof one === 'string' && !one.includes('-----BEGIN '));
}

function isProtocolName(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && Buffer.byteLength(value) <= 255;
}
