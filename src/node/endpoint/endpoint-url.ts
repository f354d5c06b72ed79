/**
 * Endpoints as URLs, e.g. `tcp://127.0.0.1:80` and `unix:/run/app.sock`: reads one, and says what is wrong with it in a
 * `FlowError`, since URLs come from users. It connects nothing.
 */
import { domainToASCII } from 'node:url';
import { FlowError } from '../../flow/flow-error.js';

export class EndpointUrl {
  /** Lower case, with its colon: `tcp:`. */
  readonly scheme: string;

  /** @param caller the function that was called with it, for messages */
  constructor(
    private readonly caller: string,
    private readonly href: string,
    schemes: readonly string[],
  ) {
    this.scheme = /^[a-z][a-z0-9+.-]*:/i.exec(href)?.[0].toLowerCase() ?? '';
    if (this.scheme === '') throw this.bad(`not a URL: ${quote(href)} (try tcp://127.0.0.1:80)`);
    if (schemes.includes(this.scheme)) return;
    throw this.bad(`no endpoint has the scheme ${this.scheme} (there are ${schemes.join(' ')})`);
  }

  /** Of `tcp://127.0.0.1:80` or `tls://[::1]:443`; a listener's port may be 0. */
  hostAndPort(least: 0 | 1): { readonly host: string; readonly port: number } {
    const example = `${this.scheme}//127.0.0.1:${least === 0 ? '0' : '80'}`;
    const { hostname, port, pathname, search, hash, username, password } = this.#parsed(example);
    const host = hostOf(hostname);
    if (username + password !== '') throw this.bad(`a user has no place in a URL with ${this.scheme} (as in ${example})`);
    if (host === '' || port === '' || Number(port) < least) {
      throw this.bad(`${quote(this.href)} has no host and port (as in ${example})`);
    }
    if (!['', '/'].includes(pathname) || search + hash !== '') {
      throw this.bad(`${quote(this.href)} has more than host and port (as in ${example})`);
    }
    return { host, port: Number(port) };
  }

  /** Of `ws://127.0.0.1:8080/feed`, to listen at: without a path, at any; a port may be left out for 80, or 443. */
  webSocketPlace(): { readonly host: string; readonly port: number; readonly path?: string } {
    const example = `${this.scheme}//127.0.0.1:0/feed`;
    const { hostname, port, pathname, search, hash, username, password } = this.#parsed(example);
    if (username + password !== '') throw this.bad(`a user has no place in a URL to listen at (as in ${example})`);
    if (search + hash !== '') throw this.bad(`${quote(this.href)} has more than host, port and path (as in ${example})`);
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    const place = { host, port: port === '' ? (this.scheme === 'wss:' ? 443 : 80) : Number(port) };
    return pathname === '/' ? place : { ...place, path: pathname };
  }

  /** Of `ws://user@host/feed?since=7`, to connect to. */
  webSocketUrl(): URL {
    const url = this.#parsed(`${this.scheme}//127.0.0.1:80/feed`);
    if (url.hash === '') return url;
    throw this.bad(`a fragment has no place in a URL with ${this.scheme}`);
  }

  /** Of `unix:/run/app.sock`, `unix:///run/app.sock` or `unix:app.sock`; percent-encoding is taken back. */
  path(): string {
    const rest = this.rest();
    const hasHost = /^\/\/[^/]/.test(rest);
    if (!hasHost && !/^\/*$/.test(rest)) return rest.replace(/^\/\/(?=\/)/, '');
    throw this.bad(`${quote(this.href)} has no path (as in ${this.scheme}/run/app.sock)`);
  }

  /** Of `stdio:`, which has nothing behind it. */
  nothing(): void {
    if (this.href.slice(this.scheme.length) !== '') throw this.bad(`${quote(this.href)} has more than its scheme (as in ${this.scheme})`);
  }

  /**
   * Of `exec:sort -n "the file"`: words, parted by spaces, and quoted as in a shell, without all else that a shell does.
   * Percent-encoding is taken back where there is no space, as in `exec:sort%20-n`.
   */
  command(): readonly [string, ...string[]] {
    const raw = this.href.slice(this.scheme.length);
    const [command = '', ...args] = wordsOf(/\s/.test(raw.trim()) ? raw : decoded(raw));
    if (command === '') throw this.bad(`${quote(this.href)} has no command (as in exec:sort -n)`);
    if ([command, ...args].some((word) => word.includes('\0'))) throw this.bad(`${quote(this.href)} has a null byte in it`);
    if (/['"]/.test(raw.replace(QUOTED, ''))) throw this.bad(`${quote(this.href)} has a quotation mark without its other one`);
    return [command, ...args];
  }

  /** What comes after the scheme, decoded. */
  rest(): string {
    try {
      return decodeURIComponent(this.href.slice(this.scheme.length));
    } catch (cause) {
      throw this.bad(`${quote(this.href)} has a % that encodes nothing`, cause);
    }
  }

  bad(text: string, cause?: unknown): FlowError {
    return new FlowError('unsupported', `${this.caller}: ${text}`, { cause });
  }

  #parsed(example: string): URL {
    try {
      return new URL(this.href);
    } catch {
      // Without its cause: Node's error has the URL in it, as it was given.
      throw this.bad(`not a URL: ${quote(this.href)} (as in ${example})`);
    }
  }
}

/** A URL as it may be shown: what stands before the host may be a password. A command has no host, and stays as it is. */
export function withoutUser(url: string): string {
  return url.replace(USER, '$1');
}

/** Behind the slashes, of which `tcp:`, `tls:`, `ws:` and `wss:` may have been given other than two. */
const USER = /^((?!exec:)[^/?#]*\/\/|(?:tcp|tls|wss?):[/\\]*)[^/?#]*@/i;

/** Of a scheme that they do not know, URLs only percent-encode the host's name. Empty for what names no host. */
function hostOf(hostname: string): string {
  if (hostname.startsWith('[')) return hostname.slice(1, -1);
  try {
    return domainToASCII(decodeURIComponent(hostname));
  } catch {
    return '';
  }
}

const QUOTED = /\\.|'[^']*'|"(?:\\.|[^"\\])*"/gs;

/** A backslash takes the next character as it is, but between single quotes. */
function wordsOf(text: string): string[] {
  const words = text.match(/(?:\\.|'[^']*'|"(?:\\.|[^"\\])*"|[^\s])+/gs) ?? [];
  const unquoted = (_: string, single?: string, double?: string, escaped?: string) => single ?? double?.replace(/\\(.)/gs, '$1') ?? escaped!;
  return words.map((word) => word.replace(/'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)/gs, unquoted));
}

/** What has a % that encodes nothing stays as it is: a command may well have one. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const LONGEST = 100;

function quote(href: string): string {
  const text = withoutUser(href);
  return JSON.stringify(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
}
