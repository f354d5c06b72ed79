/**
 * A tape as what a picture of it shows: columns from left to right, with a mark in each lane that something happened in,
 * and what each lane was like until the next column. Types only: `sheet-builder.ts` makes it of a tape,
 * `group-columns.ts` makes few columns of many, and the two renderers draw it. Names and codes in it are plain text already.
 */
export interface MarbleSheet {
  /** Of the flow; `undefined` where the tape does not say. */
  readonly name: string | undefined;
  /** The time of the last event, in milliseconds. */
  readonly endsAt: number;
  /** How many events the tape has; its start is none. */
  readonly events: number;
  /** Writes that had no result when the tape ended. */
  readonly unsettled: number;
  /** The lanes before the first column. */
  readonly before: LaneStates;
  readonly columns: readonly Column[];
}

/** One event, or several: in one lane or in all. Or none that is drawn: a reader came or went. */
export interface Column {
  readonly from: number;
  readonly to: number;
  readonly events: number;
  readonly in: InMark | undefined;
  readonly out: OutMark | undefined;
  /** Of the flow as a whole; those of one label together. */
  readonly flow: readonly FlowMark[];
  /** The lanes between this column and the next. */
  readonly after: LaneStates;
}

export interface InMark {
  readonly reads: number;
  readonly bytes: number;
  /** The longest time that bytes waited for a reader: at most this long, since nobody looked. */
  readonly unreadMs: number;
  /** The peer's EOF was read; a read failed; shutdown('read') was called. */
  readonly end: 'eof' | 'failed' | 'stop' | undefined;
  /** The code of the failure. */
  readonly code: string | undefined;
}

export interface OutMark {
  readonly writes: number;
  readonly bytes: number;
  /** Writes that were accepted later than they were made, and the longest time that took. */
  readonly accepted: number;
  readonly acceptedMs: number;
  /** Writes that failed, and the longest time that one of them had been pending. */
  readonly failed: number;
  readonly failedMs: number;
  /** The code of the first failure. */
  readonly code: string | undefined;
  /** shutdown('write') was called, what was written before is not through yet; EOF was signalled. */
  readonly end: 'called' | 'eof' | undefined;
}

export interface FlowMark {
  readonly label: string;
  readonly isBad: boolean;
  readonly count: number;
}

export interface LaneStates {
  /** A reader waits; none does; none does though there is data; nothing comes any more. */
  readonly in: 'waiting' | 'idle' | 'stalled' | 'over';
  /** All writes are settled; one at least is pending; nothing goes any more. */
  readonly out: 'free' | 'pending' | 'over';
}
