/** The headers that a program adds to a WebSocket's handshake, checked before `ws` sees them. Source: RFC 6455 §4.1. */
import { validateHeaderName, validateHeaderValue } from 'node:http';
import { describe } from '../../flow/describe.js';

/** A record, or any iterable of pairs (a `Map`, the web's `Headers`), where a name may come several times. */
export type WebSocketHeaders = Readonly<Record<string, string>> | Iterable<readonly [string, string]>;

/**
 * The headers as `ws` takes them: what comes several times is one, joined (RFC 9110 §5.3). Throws a `TypeError` that
 * names the header, and never its value.
 *
 * @example
 * requestHeaders('headers', [['X-Tag', 'one'], ['x-tag', 'two']]) // { 'X-Tag': 'one, two' }
 */
export function requestHeaders(where: string, given: WebSocketHeaders): Record<string, string> {
  if (typeof given !== 'object' || (given as object | null) === null) throw new TypeError(`${where} must be an object, not ${describe(given)}`);
  const headers = new Map<string, [name: string, value: string]>();
  for (const pair of Symbol.iterator in given ? given : Object.entries(given)) {
    if (!Array.isArray(pair) || pair.length !== 2) throw new TypeError(`${where}: a header must be a pair of name and value, not ${describe(pair)}`);
    const [name, value] = pair as [string, string];
    checkHeader(`${where}: ${JSON.stringify(name)}`, name, value);
    const key = name.toLowerCase();
    const before = headers.get(key);
    headers.set(key, before === undefined ? [name, value] : [before[0], before[1] + (key === 'cookie' ? '; ' : ', ') + value]);
  }
  return Object.fromEntries(headers.values());
}

function checkHeader(header: string, name: unknown, value: unknown): void {
  if (!passes(() => validateHeaderName(name as string))) throw new TypeError(`${header} is no name of a header`);
  if (OF_THE_HANDSHAKE.test(name as string)) throw new TypeError(`${header} belongs to the handshake; for a subprotocol there is an option`);
  if (typeof value !== 'string') throw new TypeError(`${header} must be ${VALUE}, not ${describe(value)}`);
  if (!passes(() => validateHeaderValue(name as string, value))) throw new TypeError(`${header} must be ${VALUE}, not this one`);
}

function passes(validate: () => void): boolean {
  try {
    validate();
    return true;
  } catch {
    return false;
  }
}

const VALUE = 'a string of Latin-1 in one line';
/** What a program gave of these the handshake would write over, or fail by. */
const OF_THE_HANDSHAKE = /^(?:connection|upgrade|sec-websocket-.*)$/i;
