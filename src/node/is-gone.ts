/** What is used here of Node's handle of a TCP connection, which `net` keeps to itself. */
export interface ConnectionHandle {
  /** 0, or the negative number of a system error. Handles of other kinds have none. */
  getpeername?(peer: object): number;
}

/**
 * Whether the system has no connection behind the handle any more, where it can be asked. A peer that has only ended its
 * own side is still there.
 */
export function isGone(handle: ConnectionHandle | null | undefined): boolean {
  return handle?.getpeername !== undefined && handle.getpeername({}) !== 0;
}
