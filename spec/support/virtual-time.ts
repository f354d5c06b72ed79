// Time in which nobody waits, for what takes none outside of this process: jest's timers, fired one after the other.

/** Every timer is jest's from here on; turns of the event loop and microtasks stay what they are. */
export function useVirtualTime(): void {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
}

/** What `task` comes to, with all the time it wants; between two timers all that is at hand is done. */
export async function inVirtualTime<T>(task: () => Promise<T>): Promise<T> {
  let over = false;
  const running = task().finally(() => (over = true));
  running.catch(() => undefined); // told below
  for (;;) {
    await new Promise(setImmediate);
    if (over || jest.getTimerCount() === 0) return await running;
    jest.advanceTimersToNextTimer();
  }
}
