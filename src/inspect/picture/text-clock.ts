/** The line of times over a text picture: all of them in one unit, which is that of how long the tape is. */
export interface Clock {
  readonly unit: string;
  readonly format: (ms: number) => string;
}

export function clockFor(endsAt: number): Clock {
  if (endsAt < 100_000) return { unit: 'ms', format: (ms) => String(Math.round(ms)) };
  if (endsAt < 10_000_000) return { unit: 's', format: (ms) => (ms / 1000).toFixed(1) };
  return { unit: 'h', format: hours };
}

/** As `71:59:07`. */
function hours(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const two = (value: number) => String(value % 60).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60))}:${two(seconds)}`;
}
