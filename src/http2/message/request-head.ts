/** The head of a request that is made or promised: its pseudo-headers, checked, and its fields. Source: RFC 9113 §8.3.1. */
import type { OutgoingHttpHeaders } from 'node:http2';
import { describe } from '../../flow/describe.js';
import { outgoingHeaders, type HeadersInput } from './headers.js';

export interface RequestHead {
  readonly method?: string;
  readonly path?: string;
  readonly authority?: string;
  readonly scheme?: string;
  readonly protocol?: string;
  readonly headers?: HeadersInput;
}

export interface RequestDefaults {
  readonly authority: string;
  readonly scheme: string;
}

/** Throws a `TypeError` that names the part and what came, unless requests can have those that are given. */
export function checkDefaults(where: string, { authority, scheme }: Partial<RequestDefaults>): void {
  if (authority !== undefined) checked(where, 'authority', authority, AUTHORITY);
  if (scheme !== undefined) checked(where, 'scheme', scheme, TOKEN);
}

/** The head as `node:http2` takes it. Throws a `TypeError` that names the part and what came. */
export function requestHead(where: string, parts: RequestHead, defaults: RequestDefaults): OutgoingHttpHeaders {
  if (typeof parts !== 'object' || parts === null) throw new TypeError(`${where}: must be an object, not ${describe(parts)}`);
  const { method = 'GET', path, authority, scheme, protocol, headers } = parts;
  // A CONNECT asks for no path; where to connect to may be given as either.
  const isTunnel = method === 'CONNECT' && protocol === undefined;
  const isInPath = isTunnel && authority === undefined && path !== undefined;
  const host = isInPath ? path : (authority ?? defaults.authority);
  const head: OutgoingHttpHeaders = {
    ':method': checked(where, 'method', method, TOKEN),
    ':authority': checked(where, isInPath ? 'path (of a CONNECT: host and port)' : 'authority', host, AUTHORITY),
  };
  if (!isTunnel) {
    head[':scheme'] = checked(where, 'scheme', scheme ?? defaults.scheme, TOKEN);
    head[':path'] = checked(where, 'path', path ?? '/', PATH);
  }
  if (protocol !== undefined) {
    if (method !== 'CONNECT') throw new TypeError(`${where}: protocol goes with the method CONNECT, not ${method}`);
    head[':protocol'] = checked(where, 'protocol', protocol, VISIBLE);
  }
  return outgoingHeaders(`${where}: headers`, headers, head);
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** From the root, or `*` for the server as a whole (RFC 9113 §8.3.1). */
const PATH = /^(?:\/[\x21-\x7e]*|\*)$/;
/** A host, with its port where it has one (RFC 3986 §3.2); no path, query or fragment. */
const AUTHORITY = /^(?!.*[/?#])[\x21-\x7e]+$/;
const VISIBLE = /^[\x21-\x7e]+$/;

function checked(where: string, part: string, value: unknown, form: RegExp): string {
  if (typeof value !== 'string') throw new TypeError(`${where}: ${part} must be a string, not ${describe(value)}`);
  if (form.test(value)) return value;
  if (form === PATH && VISIBLE.test(value)) throw new TypeError(`${where}: ${part} must begin with /`);
  throw new TypeError(`${where}: ${part} is empty or has characters that it may not have`);
}
