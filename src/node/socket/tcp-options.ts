/** What the options of a TCP connection must be, for all who take them: TCP's own creators, and those of TLS over it. */
import { aBoolean, aCount, aDuration, anObserver, aPort, aPortOrZero, aText, optional } from '../check-config.js';

export const CONNECT_TCP = {
  port: aPort,
  host: optional(aText),
  connectTimeoutMs: optional(aDuration),
  noDelay: optional(aBoolean),
  keepAliveMs: optional(aDuration),
} as const;

export const LISTEN_TCP = {
  port: optional(aPortOrZero),
  host: optional(aText),
  listeningObserver: optional(anObserver),
  maxConnections: optional(aCount),
  backlog: optional(aCount),
  noDelay: optional(aBoolean),
  keepAliveMs: optional(aDuration),
} as const;

/** As the system counts: what is less than a second would be its own default, of hours. */
export function wholeSeconds(ms: number): number {
  return Math.ceil(ms / 1000) * 1000;
}
