import { FlowError } from '../../flow/flow-error.js';
import type { Flow } from '../../flow/flow.js';
import { makeFlow } from '../../flow/make-flow.js';
import { NodeStreamTransport } from '../stream/node-stream-transport.js';

/**
 * This process's standard input and output as a flow: reads stdin, writes stdout, half-open, each ends by itself. A person
 * at a terminal need not end the input as well: when the output ends, so does the reading. Nothing is said on stderr.
 * Output that fails (a full disk, or nobody reads it any more) breaks the flow, reading included: it may have been accepted.
 *
 * There is one stdin and one stdout, so there is one such flow: a second throws a `FlowError` with code `busy`.
 *
 * @example
 * proxy(stdio(), server).subscribe(); // netcat
 */
export function stdio(): Flow {
  if (isTaken) throw new FlowError('busy', 'stdio: stdin and stdout are a flow already');
  isTaken = true;
  return makeFlow(new StdioTransport('stdio', process.stdin, process.stdout));
}

let isTaken = false;

class StdioTransport extends NodeStreamTransport {
  override end(): void {
    super.end();
    if (!process.stdin.isTTY) return;
    process.stdin.pause();
    this.link.end();
  }
}
