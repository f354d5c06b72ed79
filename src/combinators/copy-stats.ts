/** What a copy has done so far, or did in all. */
export interface CopyStats {
  /** Bytes taken from the source. */
  readonly readBytes: number;
  /** Buffers taken from the source. */
  readonly readOps: number;
  /** Bytes that the destination has accepted: less than `readBytes` while a write is pending, or after it failed. */
  readonly writeBytes: number;
  /** Writes that the destination has accepted. */
  readonly writeOps: number;
  /** From subscription to the end, or to now; by RxJS's clock, so that virtual time measures it. */
  readonly durationMs: number;
}
