/** One thing that happened, or was to happen, at one frame of virtual time: what marble diagrams are made of. */

export interface Moment {
  readonly frame: number;
  readonly kind: 'next' | 'complete' | 'error';
  /** What came, or what it failed with. */
  readonly value?: unknown;
  /** The character it was written with, of a moment that comes from a diagram. */
  readonly letter?: string;
}

/** Values for the letters of a diagram; a letter without one stands for itself. */
export type MarbleValues = Readonly<Record<string, string | Uint8Array>>;
