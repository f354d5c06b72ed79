/**
 * What a message port has in common wherever there is one: the web's `MessagePort`, `Worker` and a worker's own `self`,
 * and those of Node's `worker_threads`. Ports are known by their methods; no platform is imported.
 */

/**
 * Anything that messages are posted to and heard from: what a flow needs of the web's `MessagePort` and `Worker` (HTML
 * Standard), and of those of `node:worker_threads`.
 */
export interface MessagePortLike {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener?(type: string, listener: (event: unknown) => void): void;
  removeEventListener?(type: string, listener: (event: unknown) => void): void;
  /** Node's `Worker` has only these. */
  on?(type: string, listener: (value: unknown) => void): unknown;
  off?(type: string, listener: (value: unknown) => void): unknown;
  /** Of a `MessagePort`: delivers what is queued. */
  start?(): void;
  /** Of a `MessagePort`. (A worker's `self` has a `close` too, which ends the worker, but no `start`.) */
  close?(): void;
  /** Node's have these: whether the port keeps the process alive, which one that is closed cannot do. */
  hasRef?(): boolean;
  ref?(): void;
  unref?(): void;
  /** Of Node's `Worker`: -1 once it has ended. */
  readonly threadId?: number;
}

/**
 * What a port says, in either dialect; `uncaught` for an error of a worker's script that the worker lives through, as a
 * browser's does.
 */
export type PortListener = (type: string, value: unknown) => void;

/** Hears of messages and of the port's end until the function it returns is called. */
export function listenTo(port: MessagePortLike, listener: PortListener): () => void {
  const asEvents = port.addEventListener !== undefined;
  const heard = EVENTS.map((type) => {
    const hear = (value: unknown) => {
      if (!asEvents) listener(type, value);
      else listener(isUncaught(type, value) ? 'uncaught' : type, valueOf(type, value));
    };
    if (asEvents) port.addEventListener!(type, hear);
    else port.on!(type, hear);
    return [type, hear] as const;
  });
  port.start?.();
  return () => {
    for (const [type, hear] of heard) {
      if (asEvents) port.removeEventListener?.(type, hear);
      else port.off?.(type, hear);
    }
  };
}

/**
 * Whether a port that is listened to had been closed before, by either end, or a worker had ended, so that it will never say
 * so. Only Node's can be asked; a port with messages in it is closed once those have been heard, and says so then.
 */
export function isClosed(port: MessagePortLike): boolean {
  if (port.threadId === -1) return true;
  if (port.hasRef?.() !== false) return false;
  port.ref?.();
  const isLive = port.hasRef();
  if (isLive) port.unref?.();
  return !isLive;
}

/** Node tells of a worker's end by `exit`; a port's far end goes with `close`, where the platform says so. */
const EVENTS = ['message', 'messageerror', 'close', 'error', 'exit'] as const;

/** A script that could not be loaded is an event without a message, and elsewhere an error ends the worker. */
function isUncaught(type: string, event: unknown): boolean {
  if (type !== 'error' || 'Deno' in globalThis || 'Bun' in globalThis) return false;
  return typeof (event as { message?: unknown }).message === 'string';
}

function valueOf(type: string, event: unknown): unknown {
  const { data, error, message } = event as { data?: unknown; error?: unknown; message?: unknown };
  if (type === 'message') return data;
  return error ?? (typeof message === 'string' ? new Error(message) : undefined);
}
