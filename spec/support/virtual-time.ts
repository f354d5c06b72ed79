// Time in which nobody waits: jest's timers, fired one after the other.

/** Every timer is jest's from here on; turns of the event loop and microtasks stay what they are. */
export function useVirtualTime(): void {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
}

/**
 * What `task` comes to, with all the time it wants; between two timers all that is at hand is done, in so many turns of the
 * event loop: what goes by way of sockets takes several.
 */
export async function inVirtualTime<T>(task: () => Promise<T>, turns = 1): Promise<T> {
  let over = false;
  const running = task().finally(() => (over = true));
  running.catch(() => undefined); // told below
  for (;;) {
    for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
    if (over) return await running;
    jest.advanceTimersToNextTimer();
  }
}
