import { createReadStream, createWriteStream } from 'node:fs';
import type { Flow } from '../flow/flow.js';
import { makeFlow } from '../flow/make-flow.js';
import { NodeStreamTransport } from '../node/stream/node-stream-transport.js';

/** One flow of two files: reading it reads `source`, and writing it writes `target`, which is made anew. */
export function fileFlow(source: string, target: string): Flow {
  const highWaterMark = 256 * 1024;
  return makeFlow(
    new NodeStreamTransport(`file ${source}`, createReadStream(source, { highWaterMark }), createWriteStream(target, { highWaterMark })),
  );
}
