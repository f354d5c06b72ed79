// A worker for the pages of the browser's specs: joins the flows of the two ports that it is given, or echoes over one, or
// over itself, with an error meanwhile that has nothing to do with it.

import { proxy } from '../../../src/combinators/proxy.js';
import { copy } from '../../../src/combinators/copy.js';
import type { Flow } from '../../../src/flow/flow.js';
import { messagePortFlow } from '../../../src/protocol/message-port-flow.js';

addEventListener('message', ({ data, ports }: MessageEvent) => {
  const flows = ports.map((port) => messagePortFlow(port));
  // A flow that fails has told its far side already, which is where the specs look.
  const ignored = () => undefined;
  if (data === 'join') proxy(flows[0]!, flows[1]!).subscribe({ error: ignored });
  if (data === 'echo') copy(flows[0]!, flows[0]!).subscribe({ error: ignored, complete: () => flows[0]!.close() });
  if (data === 'self') echoThroughError(messagePortFlow(self as never));
});

function echoThroughError(flow: Flow): void {
  let isFirst = true;
  flow.read().subscribe((buffer) => {
    flow.write(buffer);
    if (!isFirst) return;
    isFirst = false;
    setTimeout(() => {
      throw new Error('nobody catches this');
    });
  });
}
