/** Calls the platform where the flow is over, and nobody is left to tell what it throws. */
export function quietly(call: () => void): void {
  try {
    call();
  } catch {
    // As said.
  }
}
