/** The message that hands a worker the port of a new connection; a worker's other messages are none of ours. */
import { MessagePort } from 'node:worker_threads';

const KEY = 'rxjs-flow/port';

export function portMessage(port: MessagePort): object {
  return { [KEY]: port };
}

/** `undefined` for any other message. */
export function portOf(message: unknown): MessagePort | undefined {
  const port = typeof message === 'object' && message !== null ? (message as Record<string, unknown>)[KEY] : undefined;
  return port instanceof MessagePort ? port : undefined;
}
