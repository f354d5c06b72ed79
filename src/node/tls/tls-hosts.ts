/** Which certificate a server shows to a client that asks for a name (SNI, RFC 6066 §3). */
import type { SecureContext } from 'node:tls';
import type { Requirement } from '../check-config.js';
import { checkCertificate, checkTlsOptions, secureContextOf, type TlsOptions } from './tls-options.js';

/** A certificate and its key, as in a server's own options. */
export type TlsHost = Pick<TlsOptions, 'cert' | 'key' | 'passphrase' | 'secureContext'>;

export const aHostTable: Requirement = {
  what: 'an object of certificates and keys by name',
  accepts: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

type Choice = (servername: string, done: (error: null, context?: SecureContext) => void) => void;

/** In the shape of `node:tls`'s `SNICallback`; a name that is not in the table gets the server's own certificate. */
export function chooseHost(caller: string, hosts: Readonly<Record<string, TlsHost>>, { ca }: TlsOptions): Choice {
  const contexts = new Map(
    Object.entries(hosts).map(([name, host]) => {
      const at = `${caller}: hosts[${JSON.stringify(name)}]`;
      checkTlsOptions(at, host, {});
      checkCertificate(at, host);
      const trusted = ca === undefined || host.secureContext !== undefined ? {} : { ca };
      return [name.toLowerCase(), secureContextOf(at, { ...host, ...trusted })];
    }),
  );
  return (servername, done) => done(null, contexts.get(servername.toLowerCase()));
}
