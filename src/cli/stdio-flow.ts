/** This process's standard input and output as a flow. It says nothing on stderr: that is for what goes wrong. */
import type { Observable } from 'rxjs';
import { DelegatingFlow } from '../combinators/delegating-flow.js';
import type { Flow, ShutdownMode } from '../flow/flow.js';
import { makeFlow } from '../flow/make-flow.js';
import { NodeStreamTransport } from '../node/node-stream-transport.js';

/**
 * Reads stdin and writes stdout, half-open: each ends by itself. A person at a terminal need not end the input as well:
 * when the output ends, so does the reading.
 */
export function stdioFlow(): Flow {
  const flow = makeFlow(new NodeStreamTransport('stdio', process.stdin, process.stdout));
  return process.stdin.isTTY ? new ConversationFlow(flow) : flow;
}

class ConversationFlow extends DelegatingFlow {
  override shutdown(mode: ShutdownMode): Observable<void> {
    const done = super.shutdown(mode);
    if (mode === 'write') super.shutdown('read');
    return done;
  }
}
