// Two serial ports whose lines are crossed. Real ones would not tell the far end of a close; these do, as an EOF. Each has
// hardware flow control: what nobody reads is not sent.

import type { Flow } from '../../../src/flow/flow.js';
import { serialFlow, type SerialPortLike } from '../../../src/web/serial-flow.js';

export function nullModem(): [Flow, Flow] {
  const [there, back] = [crossing(), crossing()];
  const port = (readable: ReadableStream<Uint8Array>, writable: WritableStream<Uint8Array>): SerialPortLike => ({
    readable,
    writable,
    open: () => Promise.resolve(),
    close: () => Promise.resolve(),
  });
  return [serialFlow(port(back.readable, there.writable)), serialFlow(port(there.readable, back.writable))];
}

/** One direction; what comes after its reader is cancelled is dropped, and the far side's writer never hears of it. */
function crossing() {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const reader = readable.getReader();
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    const { done, value } = await reader.read();
    if (done) controller.close();
    else controller.enqueue(value);
  };
  const cancel = async (): Promise<void> => {
    while (!(await reader.read()).done);
  };
  return { readable: new ReadableStream({ pull, cancel: () => void cancel().catch(() => undefined) }, { highWaterMark: 0 }), writable };
}
