/** What stands in one lane of a column: a pill with the size, a sign after it, and short notes beside it. */
import { formatCount } from './format-count.js';
import { formatDuration } from './format-duration.js';
import { formatSize } from './format-size.js';
import type { InMark, OutMark } from './marble-sheet.js';

export type Sign = 'eof' | 'called' | 'failed' | 'stop' | 'ok';

export interface LaneParts {
  /** Empty where there are no bytes. */
  readonly pill: string;
  readonly tone: 'in' | 'out' | 'bad';
  readonly sign: Sign | undefined;
  /** From the pill outwards, a line each. */
  readonly notes: readonly Note[];
}

interface Note {
  readonly text: string;
  readonly tone: 'faint' | 'in' | 'out' | 'wait' | 'bad';
}

export function inParts({ reads, bytes, unreadMs, end, code }: InMark): LaneParts {
  const notes: Note[] = [];
  if (reads > 1) notes.push({ text: `${formatCount(reads)} reads`, tone: 'faint' });
  if (unreadMs > 0) notes.push({ text: `unread ${reads > 1 ? '≤ ' : ''}${formatDuration(unreadMs)}`, tone: 'wait' });
  if (end === 'failed') notes.push({ text: code ?? '', tone: 'bad' });
  else if (end !== undefined) notes.push({ text: end === 'eof' ? 'EOF' : 'shut down', tone: 'in' });
  return { pill: reads === 0 ? '' : formatSize(bytes), tone: 'in', sign: end, notes };
}

export function outParts({ writes, bytes, accepted, acceptedMs, failed, failedMs, code, end }: OutMark): LaneParts {
  const notes: Note[] = [];
  const howLong = formatDuration(acceptedMs);
  if (writes > 1) notes.push({ text: `${formatCount(writes)} writes`, tone: 'faint' });
  if (accepted === 1) notes.push({ text: `ok +${howLong}`, tone: 'wait' });
  if (accepted > 1) notes.push({ text: `${formatCount(accepted)} ok ≤ +${howLong}`, tone: 'wait' });
  if (failed > 0) notes.push({ text: `${failed > 1 ? `${formatCount(failed)} ` : ''}${code ?? ''}${failedMs > 0 ? ` ${failed > 1 ? '≤ ' : ''}+${formatDuration(failedMs)}` : ''}`, tone: 'bad' });
  if (end === 'eof') notes.push({ text: 'EOF', tone: 'out' });
  return { pill: writes === 0 ? '' : formatSize(bytes), tone: failed > 0 && failed >= writes ? 'bad' : 'out', sign: signOf(), notes };

  function signOf(): Sign | undefined {
    if (failed > 0) return 'failed';
    return end ?? (writes === 0 && accepted > 0 ? 'ok' : undefined);
  }
}
