/** How a process ended, where it did not end well: the cause of its flow's error. */
export interface ProcessExit extends Error {
  /** `null` of a process that a signal ended. */
  readonly exitCode: number | null;
  /** `null` of a process that exited by itself. */
  readonly signal: NodeJS.Signals | null;
}

/** `null` for an exit code of 0. */
export function processExit(exitCode: number | null, signal: NodeJS.Signals | null): ProcessExit | null {
  if (exitCode === 0) return null;
  const how = signal === null ? `exited with code ${exitCode}` : `was ended by ${signal}`;
  return Object.assign(new Error(`the process ${how}`), { exitCode, signal });
}
