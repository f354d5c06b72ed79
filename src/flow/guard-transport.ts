/**
 * Between the engine and a transport of somebody else's: one that throws breaks its flow, and neither its caller nor
 * the engine, which would find itself in the middle of things.
 */
import { FlowError } from './flow-error.js';
import { reportUnhandled } from './report-unhandled.js';
import type { FlowLink, Transport } from './transport.js';

export function guardTransport(transport: Transport): Transport {
  const { name, highWaterMark, maxQueuedBytes } = transport;
  let link: FlowLink;
  const error = (method: string, cause: unknown) => new FlowError('failed', `${name}: ${method}() of its transport threw`, { cause });
  const guard =
    <A extends unknown[], R>(method: string, call: (...given: A) => R, otherwise: R) =>
    (...given: A): R => {
      try {
        return call(...given);
      } catch (cause) {
        link.fail(error(method, cause));
        return otherwise;
      }
    };
  return {
    name,
    ...(highWaterMark !== undefined && { highWaterMark }),
    ...(maxQueuedBytes !== undefined && { maxQueuedBytes }),
    // Nobody has the flow yet: what this throws is for who makes it.
    open: (engine) => {
      link = engine;
      transport.open?.(engine);
    },
    write: guard('write', (buffer: Uint8Array) => transport.write(buffer), false),
    end: guard('end', () => transport.end(), undefined),
    abort: (reason) => {
      try {
        transport.abort(reason);
      } catch (thrown) {
        reportUnhandled(thrown);
      }
    },
    // What the transport has not, the engine must not find here either.
    ...(transport.pull && { pull: guard('pull', () => transport.pull!(), undefined) }),
    ...(transport.writev && { writev: guard('writev', (buffers: Uint8Array[]) => transport.writev!(buffers), false) }),
    ...(transport.stop && { stop: guard('stop', () => transport.stop!(), undefined) }),
    // No end of a peer's will come: there is none.
    ...(transport.close && !transport.stop && { stop: () => link.end() }),
    ...(transport.free && { free: guard('free', (done: () => void) => transport.free!(done), undefined) }),
    ...(transport.close && {
      close: (done) => {
        try {
          transport.close!(done);
        } catch (cause) {
          done(error('close', cause));
        }
      },
    }),
  };
}
