/** Endpoints as URLs, e.g. `tcp://127.0.0.1:80` and `unix:/run/app.sock`: reads one, and says what is wrong with it. */
import { FlowError } from '../flow/flow-error.js';

/** The URL of an endpoint; a relative path after `unix:` is kept as it is. */
export function endpointUrl(caller: string, text: string, schemes: readonly string[]): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch (cause) {
    throw new FlowError('unsupported', `${caller}: not a URL: ${quote(text)} (try tcp://127.0.0.1:80)`, { cause });
  }
  if (schemes.includes(url.protocol)) return url;
  throw new FlowError('unsupported', `${caller}: no endpoint has the scheme ${url.protocol} (there are ${schemes.join(' ')})`);
}

/** The host and the port of a URL that must have a port, `least` at the least. */
export function hostAndPortOf(caller: string, url: URL, least: 0 | 1): { readonly host: string; readonly port: number } {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = url.port === '' ? NaN : Number(url.port);
  if (host !== '' && port >= least) return { host, port };
  const example = `${url.protocol}//127.0.0.1:${least === 0 ? '0' : '80'}`;
  throw new FlowError('unsupported', `${caller}: ${quote(url.href)} has no host and port (as in ${example})`);
}

/** The path of a `unix:` URL. */
export function pathOf(caller: string, url: URL): string {
  const path = decodeURIComponent(url.pathname);
  if (path !== '' && path !== '/' && url.host === '') return path;
  throw new FlowError('unsupported', `${caller}: ${quote(url.href)} has no path (as in unix:/run/app.sock)`);
}

const LONGEST = 100;

function quote(text: string): string {
  return JSON.stringify(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
}
