/**
 * Header fields, both ways: what a program gives is checked before `node:http2` sees it, since a bad name there ends the
 * whole connection; what arrives loses its pseudo-headers. Source: RFC 9113 §8.2.
 */
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http2';
import { describe } from '../../flow/describe.js';
import { ownValue } from '../../flow/own-value.js';
import { SINGLE_VALUE } from './single-value.js';

/**
 * Fields that arrived: lower-case names, in the order they came, without pseudo-headers. A field that came several times
 * is one string joined by `, ` (`; ` for `cookie`); `set-cookie` alone is an array, and of a field that may have but one
 * value (`content-type`, `etag`, `location`, …) the first counts.
 */
export type Headers = Readonly<Record<string, string | readonly string[]>>;

/**
 * Fields to send: a record, where an array sends the field several times (a `TypeError` for one that may have but one
 * value) and `undefined` sends nothing, or any iterable of pairs (a `Map`, the web's `Headers`). Names may be of any case: they are sent in lower case.
 */
export type HeadersInput = Readonly<Record<string, string | number | readonly string[] | undefined>> | Iterable<readonly [string, string]>;

export const NO_HEADERS: Headers = Object.freeze({});

/**
 * The fields as `node:http2` takes them, added to `head`. Throws a `TypeError` that names the field for a pseudo-header, a
 * name or a value that cannot be sent, and a field that HTTP/2 does not have.
 *
 * @example
 * outgoingHeaders('request: headers', { Accept: 'text/html' }) // { accept: 'text/html' }
 */
export function outgoingHeaders(where: string, input: HeadersInput | undefined, head: OutgoingHttpHeaders = {}): OutgoingHttpHeaders {
  if (input === undefined) return head;
  if (typeof input !== 'object' || input === null) throw new TypeError(`${where} must be an object, not ${describe(input)}`);
  if (Symbol.iterator in input) {
    for (const pair of input as Iterable<readonly [string, string]>) {
      if (!Array.isArray(pair) || pair.length !== 2) throw new TypeError(`${where}: a field must be a pair of name and value, not ${describe(pair)}`);
      add(where, head, pair[0], pair[1]);
    }
    return head;
  }
  for (const name in input) {
    const value = input[name];
    // Most can be sent as they stand; the others are looked at more closely.
    if (isReady(name, value) && !Object.hasOwn(head, name)) head[name] = value;
    else if (value !== undefined) add(where, head, name, value);
  }
  return head;
}

/** The fields of a header block that came, without pseudo-headers. */
export function incomingHeaders(block: IncomingHttpHeaders): Headers {
  const headers: Record<string, string | readonly string[]> = {};
  for (const name in block) {
    if (name.charCodeAt(0) !== COLON) headers[name] = block[name] as string | string[];
  }
  return headers;
}

const COLON = 58;
/** In lower case; `__proto__` would be a record's prototype, and no field of it. */
const TOKEN = /^(?!__proto__$)[!#$%&'*+\-.^_`|~0-9a-z]+$/;
/** Visible characters and obs-text, with spaces and tabs in between: in front and behind, a peer drops the field (RFC 9113 §8.2.1). */
const VALUE = /^(?![\t ])[\t\x20-\x7e\x80-\xff]*(?<![\t ])$/;
/** Of one connection in HTTP/1.1; in HTTP/2 a message with one of them is malformed (RFC 9113 §8.2.2). */
const NOT_IN_HTTP2 = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade', 'http2-settings']);

function isReady(name: string, value: unknown): value is string {
  return typeof value === 'string' && VALUE.test(value) && TOKEN.test(name) && name !== 'te' && !NOT_IN_HTTP2.has(name);
}

function add(where: string, headers: OutgoingHttpHeaders, name: string, value: unknown): void {
  const key = nameOf(where, name);
  if (NOT_IN_HTTP2.has(key)) throw new TypeError(`${where}: ${key} has no meaning in HTTP/2`);
  if (key === 'te' && String(value) !== 'trailers') throw new TypeError(`${where}: te can only be trailers in HTTP/2`);
  const values = Array.isArray(value) ? value.map((one) => valueOf(where, key, one)) : valueOf(where, key, value);
  const before = ownValue(headers, key);
  const all = before === undefined ? values : [before as string | string[], values].flat();
  if (Array.isArray(all) && all.length > 1 && SINGLE_VALUE.has(key)) throw new TypeError(`${where}: ${key} can only have one value`);
  headers[key] = all;
}

function nameOf(where: string, name: unknown): string {
  if (typeof name !== 'string') throw new TypeError(`${where}: a name must be a string, not ${describe(name)}`);
  const key = name.toLowerCase();
  if (TOKEN.test(key)) return key;
  const problem = key.startsWith(':') ? 'is a pseudo-header: it has an option of its own' : 'is no header name';
  throw new TypeError(`${where}: ${JSON.stringify(name)} ${problem}`);
}

function valueOf(where: string, key: string, value: unknown): string {
  if (typeof value !== 'string' && typeof value !== 'number') {
    throw new TypeError(`${where}: ${key} must be a string, not ${describe(value)}`);
  }
  const text = String(value);
  if (!VALUE.test(text)) throw new TypeError(`${where}: ${key} ${/^[\t ]|[\t ]$/.test(text) ? 'has a space at an end' : 'has characters that no header may have'}`);
  return text;
}
