/**
 * What a program has printed that `execFile` reports as failed, and how it has ended: of one that is missing, or that has
 * run into its time limit, there may be nothing else.
 */
export function failureOf({ stdout, stderr, code, signal, message }) {
  const end = signal ? `ended by ${signal}` : typeof code === 'number' ? `ended with status ${code}` : message;
  return [stdout, stderr, end].flatMap((part) => part?.trimEnd() || []).join('\n');
}
