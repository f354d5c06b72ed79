/** A server's push: the promise, then a reply on a stream of its own. Source: RFC 9113 §8.4. */
import type { OutgoingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { Observable } from 'rxjs';
import { Ending } from '../../flow/ending.js';
import { FlowError } from '../../flow/flow-error.js';
import { makeFlow } from '../../flow/make-flow.js';
import type { Http2Connection } from '../connection/http2-connection.js';
import { INTERNAL_ERROR } from '../error-codes.js';
import { checkHeaderListSize } from '../message/header-list-size.js';
import { discardBody } from '../message/http2-body.js';
import { StreamTransport } from '../stream/stream-transport.js';
import { replyHead, type Http2Reply } from './http2-reply.js';
import { sendReply } from './send-reply.js';

/** Pushes on `parent`, the stream of the request that it goes with. */
export function pushReply(connection: Http2Connection, parent: ServerHttp2Stream, promised: OutgoingHttpHeaders, reply: Http2Reply): Observable<void> {
  const head = replyHead(reply);
  const done = new Ending();
  const where = `${connection.name}, push on stream ${parent.id}`;
  const fail = (problem: FlowError) => {
    discardBody(reply.body);
    done.fail(problem);
  };
  const limit = connection.peerHeaderLimit;
  const problem = refusalOf(parent, where) ?? checkHeaderListSize(where, promised, limit) ?? checkHeaderListSize(where, head, limit);
  if (problem !== null) {
    fail(problem);
    return done.observable;
  }
  try {
    parent.pushStream(promised, (error, stream) => {
      if (error !== null) fail(tooLate(where, error));
      else respond(connection, stream, head, reply, String(promised[':method']), done);
    });
  } catch (cause) {
    fail(tooLate(where, cause));
  }
  return done.observable;
}

function refusalOf(parent: ServerHttp2Stream, where: string): FlowError | null {
  if (parent.pushAllowed) return null;
  if (parent.closed || parent.destroyed || parent.session?.closed !== false) {
    return tooLate(where);
  }
  return new FlowError('refused', `${where}: the client takes no pushes`);
}

function tooLate(where: string, cause?: unknown): FlowError {
  return new FlowError('closed', `${where}: it is too late to promise anything`, { cause });
}

function respond(connection: Http2Connection, stream: ServerHttp2Stream, head: OutgoingHttpHeaders, reply: Http2Reply, method: string, done: Ending): void {
  const transport = new StreamTransport(`${connection.name}, pushed stream ${stream.id}`, stream, connection, false);
  const flow = makeFlow(transport);
  transport.listen();
  transport.endAfterHead();
  flow.closed.subscribe({ error: (error: unknown) => done.fail(error), complete: () => done.complete() });
  // The client may have refused it already.
  if (stream.closed || stream.destroyed) {
    discardBody(reply.body);
    return;
  }
  const sending = sendReply({ connection, stream, transport, flow }, method, head, reply, (error) => {
    transport.abortCode = INTERNAL_ERROR;
    flow.abort(error);
  });
  transport.owner = { onGone: () => sending.unsubscribe(), onLost: () => {} };
}
