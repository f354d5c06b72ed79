/**
 * What an end tells the other of itself in its SETTINGS frame. Source: RFC 9113 §6.5.2, RFC 8441 §3.
 */
import type { Settings } from 'node:http2';
import { describe } from '../../flow/describe.js';
import { ownValue } from '../../flow/own-value.js';

/** What an end tells the other of itself (SETTINGS, RFC 9113 §6.5.2). */
export interface Http2Settings {
  /** The largest frame payload this end takes, in bytes: 16384 (the default) to 16777215. */
  readonly maxFrameSize?: number;
  /** How many streams the peer may have open at a time (default, of a server: 10,000). */
  readonly maxConcurrentStreams?: number;
  /** Bytes that a stream's peer may send before this end has read them (default 65535). */
  readonly initialWindowSize?: number;
  /** Of a client: whether the server may push (default `true`; pushes are refused while nobody subscribes to them). */
  readonly enablePush?: boolean;
  /** The largest header list this end takes, in bytes as RFC 9113 counts them (default 65535). */
  readonly maxHeaderListSize?: number;
  /** Bytes of the table that compresses headers (default 4096). */
  readonly headerTableSize?: number;
  /** Of a server: whether clients may send CONNECT with a `protocol` (RFC 8441; default `false`). */
  readonly enableConnectProtocol?: boolean;
}

const RANGES: Readonly<Record<string, readonly [least: number, most: number]>> = {
  maxFrameSize: [16384, 16777215],
  maxConcurrentStreams: [0, 4294967295],
  initialWindowSize: [0, 2147483647],
  maxHeaderListSize: [0, 4294967295],
  headerTableSize: [0, 4294967295],
};
const SWITCHES: readonly string[] = ['enablePush', 'enableConnectProtocol'];

/** Said to the peer, which may send any number otherwise. */
const DEFAULTS = { maxHeaderListSize: 65535 };

/** The settings as `node:http2` takes them. Throws a `TypeError` that names the setting and what came. */
export function checkedSettings(where: string, settings: Http2Settings = {}): Settings & typeof DEFAULTS {
  if (typeof settings !== 'object' || settings === null) {
    throw new TypeError(`${where}: settings must be an object, not ${describe(settings)}`);
  }
  const checked: Record<string, unknown> & typeof DEFAULTS = { ...DEFAULTS };
  for (const [name, value] of Object.entries(settings) as [string, unknown][]) {
    if (value === undefined) continue;
    checkSetting(`${where}: settings.${name}`, name, value);
    checked[name] = value;
  }
  return checked;
}

function checkSetting(where: string, name: string, value: unknown): void {
  if (SWITCHES.includes(name)) {
    if (typeof value !== 'boolean') throw new TypeError(`${where} must be a boolean, not ${describe(value)}`);
    return;
  }
  const range = ownValue(RANGES, name);
  if (range === undefined) throw new TypeError(`${where} is none of ${[...Object.keys(RANGES), ...SWITCHES].join(', ')}`);
  const [least, most] = range;
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return;
  throw new TypeError(`${where} must be a whole number from ${least} to ${most}, not ${describe(value)}`);
}
