/**
 * A time span for a picture, in the unit that a person would say it in, with three digits.
 *
 * @example
 * formatDuration(40) // 40 ms
 * formatDuration(1234) // 1.23 s
 * formatDuration(75_000) // 1 min 15 s
 * formatDuration(259_200_000) // 3 d
 */
export function formatDuration(ms: number): string {
  if (Number(ms.toPrecision(3)) < 1000) return `${Number(ms.toPrecision(3))} ms`;
  const seconds = ms / 1000;
  if (Math.round(seconds) < 60) return `${Number(seconds.toPrecision(3))} s`;
  if (Math.round(seconds) < 3600) return inTwo(Math.round(seconds), 60, 'min', 's');
  if (Math.round(seconds / 60) < 48 * 60) return inTwo(Math.round(seconds / 60), 60, 'h', 'min');
  return inTwo(Math.round(seconds / 3600), 24, 'd', 'h');
}

function inTwo(value: number, base: number, large: string, small: string): string {
  const rest = value % base;
  return `${Math.floor(value / base)} ${large}${rest === 0 ? '' : ` ${rest} ${small}`}`;
}
