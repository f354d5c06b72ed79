/**
 * What `node:http2` is told of a session beside its settings. Its own limits are on bytes per connection: it counts those
 * that were queued for a stream that is reset for ever, refuses everything on a connection that has 10 MB of them, and
 * says nothing of it. Here streams are limited, and what waits for a stream is its flow's.
 */

/** Streams that a peer may have open, or promise, at a time, unless it was told otherwise. */
export const MOST_STREAMS = 10_000;

/** SETTINGS frames that wait for an answer: beyond that `node:http2` ends the connection. */
export const MOST_OUTSTANDING = 100;

export const SESSION_LIMITS = {
  maxOutstandingSettings: MOST_OUTSTANDING,
  /** In megabytes, as an unsigned 32-bit number: none. */
  maxSessionMemory: 2 ** 31,
  maxReservedRemoteStreams: MOST_STREAMS,
} as const;
