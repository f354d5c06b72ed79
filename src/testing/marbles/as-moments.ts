/** RxJS's own record of a test, for the same diagrams as a flow's. */
import type { Moment } from './moment.js';

/** `undefined` for what is no list of `TestMessage`s, as with `expectSubscriptions`. */
export function asMoments(messages: unknown): Moment[] | undefined {
  if (!Array.isArray(messages)) return undefined;
  const moments = messages.map(asMoment);
  return moments.includes(undefined) ? undefined : (moments as Moment[]);
}

function asMoment(message: Partial<TestMessage> | undefined): Moment | undefined {
  const { frame, notification } = message ?? {};
  if (typeof frame !== 'number' || typeof notification !== 'object') return undefined;
  const kind = ({ N: 'next', E: 'error', C: 'complete' } as const)[notification.kind];
  if (kind === undefined) return undefined;
  return { frame, kind, value: kind === 'error' ? notification.error : notification.value };
}

interface TestMessage {
  readonly frame: number;
  readonly notification: { readonly kind: 'N' | 'E' | 'C'; readonly value?: unknown; readonly error?: unknown };
}
