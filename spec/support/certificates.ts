// Certificates for specs of TLS: made anew for each run, so that no private key is ever kept.

import { generate } from 'selfsigned';

export interface Certified {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateOptions {
  /** Who signs it (default: itself). */
  readonly ca?: Certified;
  /** For certificates that sign others. */
  readonly isAuthority?: boolean;
  /** What the certificate is for beside its name. */
  readonly addresses?: readonly string[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

/** A certificate and its private key (P-256), in PEM. */
export async function certificate(name: string, options: CertificateOptions = {}): Promise<Certified> {
  const { ca, isAuthority = false, addresses = [], notBefore, notAfter } = options;
  const made = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: isAuthority
      ? [{ name: 'basicConstraints', cA: true, critical: true }]
      : [{ name: 'subjectAltName', altNames: [{ type: 2, value: name }, ...addresses.map((ip) => ({ type: 7 as const, ip }))] }],
    ...(ca === undefined ? {} : { ca }),
    ...(notBefore === undefined ? {} : { notBeforeDate: notBefore }),
    ...(notAfter === undefined ? {} : { notAfterDate: notAfter }),
  });
  return { cert: made.cert, key: made.private };
}

/** An authority, and a certificate of its own for this machine, by name and by address. */
export async function authorityAndServer(): Promise<{ readonly authority: Certified; readonly server: Certified }> {
  const authority = await certificate('authority of specs', { isAuthority: true });
  const server = await certificate('localhost', { ca: authority, addresses: ['127.0.0.1', '::1'] });
  return { authority, server };
}
