/**
 * Takes the URL of an endpoint apart. It says what is wrong with one in a `FlowError`, since URLs come from users, and
 * shows no more of it than the scheme: the rest may hold secrets. It connects nothing.
 */
import { describe } from '../flow/describe.js';
import { FlowError } from '../flow/flow-error.js';

export interface EndpointUrl {
  /** Lower case, with its colon: `tcp:`. */
  readonly scheme: string;
  /** The URL as it came. */
  readonly href: string;
}

/** The scheme of a URL; throws a `TypeError` for what is neither a string nor a `URL`. */
export function endpointUrl(caller: string, url: string | URL): EndpointUrl {
  if (typeof url !== 'string' && !(url instanceof URL)) {
    throw new TypeError(`${caller}: url must be a string or a URL, not ${describe(url)}`);
  }
  const href = String(url);
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(href)?.[0].toLowerCase() ?? '';
  return { scheme, href };
}

/** `tcp://127.0.0.1:80`, `tls://[::1]:443`; port 0 is for listeners. */
export function hostAndPortOf({ scheme, href }: EndpointUrl, leastPort: 0 | 1): { readonly host: string; readonly port: number } {
  const { hostname, port, pathname, search, hash, username, password } = parsed({ scheme, href });
  if (hostname === '') throw badUrl(`${scheme} needs a host, as in ${scheme}//127.0.0.1:80`);
  if (port === '' || Number(port) < leastPort) throw badUrl(`${scheme} needs a port, as in ${scheme}//127.0.0.1:80`);
  if (!['', '/'].includes(pathname) || search + hash + username + password !== '') {
    throw badUrl(`${scheme} takes a host and a port only, as in ${scheme}//127.0.0.1:80`);
  }
  return { host: decodeURIComponent(hostname.replace(/^\[|\]$/g, '')), port: Number(port) };
}

/** `unix:/run/app.sock`, `unix:///run/app.sock`, `unix:app.sock`; special characters may be percent-encoded. */
export function pathOf({ scheme, href }: EndpointUrl): string {
  const rest = href.slice(scheme.length);
  if (/^\/\/[^/]/.test(rest)) throw badUrl(`${scheme} takes a path and no host, as in ${scheme}/run/app.sock`);
  const path = decoded(scheme, rest.replace(/^\/\/(?=\/)/, ''));
  if (path === '' || path.endsWith('/')) throw badUrl(`${scheme} needs a path, as in ${scheme}/run/app.sock`);
  return path;
}

export function badUrl(text: string, options: { readonly cause?: unknown } = {}): FlowError {
  return new FlowError('unsupported', `endpoint: ${text}`, options);
}

function parsed({ scheme, href }: EndpointUrl): URL {
  try {
    return new URL(href);
  } catch (cause) {
    throw badUrl(`this ${scheme} URL is none, it should look like ${scheme}//127.0.0.1:80`, { cause });
  }
}

function decoded(scheme: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw badUrl(`this ${scheme} URL has a % that encodes nothing`, { cause });
  }
}
