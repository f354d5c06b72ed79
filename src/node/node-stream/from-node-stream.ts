import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { checkOptions } from '../../flow/check-options.js';
import { describe } from '../../flow/describe.js';
import type { Flow } from '../../flow/flow.js';
import { heedLastWords } from '../socket/last-words.js';
import { SocketTransport } from '../socket/socket-transport.js';
import { NodeStreamTransport } from '../stream/node-stream-transport.js';
import { streamFlow } from '../stream/stream-flow.js';

/**
 * A Node `Duplex` of bytes as a flow, half-open both ways: `shutdown('write')` is the stream's `end()`, and EOF its
 * `end` event. Nothing is read before `read()` asks. Aborting the flow destroys the stream (and resets a TCP connection);
 * a stream that fails breaks the flow, with its error as the cause, and one that is destroyed before its end makes it
 * `truncated`. Strings, of a stream with an encoding, are turned into bytes again.
 *
 * The stream is the flow's from now on. Throws a `TypeError` for anything but a `Duplex`, or one in object mode.
 *
 * @example
 * const flow = fromNodeStream(net.connect({ port: 7, allowHalfOpen: true }), { name: 'echo' });
 */
export function fromNodeStream(duplex: Duplex, options: { readonly name?: string } = {}): Flow {
  checkDuplex(duplex);
  checkOptions('fromNodeStream', options);
  const { name = 'node stream' } = options;
  if (typeof name !== 'string') throw new TypeError(`fromNodeStream: name must be a string, not ${describe(name)}`);
  if (!isPlainSocket(duplex)) return streamFlow(new NodeStreamTransport(name, duplex, duplex), {});
  heedLastWords(duplex);
  return streamFlow(new SocketTransport(name, duplex, null), {});
}

function checkDuplex(duplex: Duplex): void {
  for (const method of ['write', 'end', 'resume', 'pause', 'destroy', 'on'] as const) {
    if (typeof (duplex as Partial<Duplex> | null | undefined)?.[method] === 'function') continue;
    throw new TypeError(`fromNodeStream: duplex must be a Duplex, not ${describe(duplex)}`);
  }
  if (!duplex.readableObjectMode && !duplex.writableObjectMode) return;
  throw new TypeError('fromNodeStream: duplex must be a stream of bytes, not one in object mode');
}

/** A `TLSSocket` is a `Socket` too, but not one that can be reset. */
function isPlainSocket(duplex: Duplex): duplex is Socket {
  return duplex instanceof Socket && !('encrypted' in duplex);
}
