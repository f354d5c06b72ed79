import { describe } from './describe.js';
import { isFlowError } from './flow-error.js';

/**
 * One line for a person: the code, the message, then each cause behind it.
 *
 * @example
 * formatError(error) // refused: tcp 127.0.0.1:1: connection refused (cause: connect ECONNREFUSED 127.0.0.1:1)
 */
export function formatError(error: unknown): string {
  const seen = new Set<unknown>();
  let line = '';
  const add = (text: string) => (line += line === '' ? text : ` (cause: ${text})`);
  try {
    let one = error;
    do {
      seen.add(one);
      add(oneLine(textOf(one)));
      one = causeOf(one);
    } while (one !== undefined && seen.size < MOST_CAUSES && !seen.has(one));
  } catch {
    add('unreadable'); // a getter that throws, a proxy that was revoked
  }
  return line;
}

const MOST_CAUSES = 8;

/** An error is known by its message, since it may be of another realm, where `Error` is another. */
function textOf(error: unknown): string {
  if (isFlowError(error)) return `${error.code}: ${error.message}`;
  try {
    const text = String((Object(error) as Error).message || error);
    if (text !== '') return text;
  } catch {
    // It has no text: its kind will do.
  }
  return describe(error);
}

function causeOf(error: unknown): unknown {
  return (error as { cause?: unknown } | null)?.cause;
}

/** A peer may have written some of it: nothing that would act on a terminal, or turn the text around, is left. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '\uFFFD').trim();
}
