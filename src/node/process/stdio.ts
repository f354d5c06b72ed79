import { closeSync, fstatSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import { FlowError } from '../../flow/flow-error.js';
import type { Flow } from '../../flow/flow.js';
import { makeFlow } from '../../flow/make-flow.js';
import { NodeStreamTransport } from '../stream/node-stream-transport.js';

/**
 * This process's standard input and output as a flow: reads stdin, writes stdout, half-open, each ends by itself. A person
 * at a terminal need not end the input as well: when the output ends, so does the reading. Nothing is said on stderr.
 * Behind a pipe the reader sees the end of the output then, not only that of the process; what is printed later goes nowhere.
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
    this.writable.prependOnceListener('finish', closeOutput);
    super.end();
    if (!process.stdin.isTTY) return;
    process.stdin.pause();
    this.link.end();
  }
}

/** Node never closes what it prints to, and only a socket can be ended otherwise. Not on Windows: its handles are others. */
function closeOutput(): void {
  const { stdout } = process;
  const { _handle: handle } = stdout as { readonly _handle?: { close(): void } | null };
  try {
    if (!handle || process.platform === 'win32' || !fstatSync(1).isFIFO()) return;
    const spare = openSync(devNull, 'w'); // or, where it may not be opened, there would be nothing to put in the place
    handle.close(); // or the event loop would go on watching what has the number next
    // Node lets it be written to again after its end, and does not look whether the handle is there.
    stdout._write = (_chunk, _encoding, done) => done();
    stdout._writev = (_chunks, done) => done();
    closeSync(1);
    openSync(devNull, 'w'); // it takes the lowest number that is free
    closeSync(spare);
  } catch {
    // It ends with the process.
  }
}
