/**
 * The end of a bridged transport, behind this side's last GOAWAY. Where ending ends both directions, as a WebSocket's does,
 * the peer could not say its own any more, and would take an end in order for a cut. `node:http2` ends it at once; here it
 * waits until the peer has nothing left to say: it has ended, or says GOAWAY now, or has said it twice. `node:http2` says
 * it when it begins to end and when its streams have, once if that is the same.
 */
import type { Duplex } from 'node:stream';
import { filter, fromEvent, merge, take, takeUntil, timer } from 'rxjs';

/** Once the session is on the stream: it is the one that makes it flow. */
export function endAfterAnswer(duplex: Duplex): void {
  let goaways = 0;
  duplex.on('data', (chunk: Uint8Array) => (goaways += goawaysAtEnd(chunk)));
  const end = duplex.end.bind(duplex) as (done?: () => void) => Duplex;
  duplex.end = ((done?: () => void) => {
    if (goaways > 1 || duplex.readableEnded) return end(done);
    const before = goaways;
    const answer = fromEvent(duplex, 'data').pipe(filter(() => goaways > before));
    merge(answer, fromEvent(duplex, 'end'), timer(LONGEST_MS))
      .pipe(take(1), takeUntil(fromEvent(duplex, 'close')))
      .subscribe(() => end(done));
    return duplex;
  }) as Duplex['end'];
}

/** How many GOAWAY frames a chunk ends with. After them, little else comes (RFC 9113 §6.8). */
function goawaysAtEnd(chunk: Uint8Array): number {
  let count = 0;
  for (let at = chunk.length - GOAWAY_BYTES; at >= 0 && HEAD.every((byte, index) => chunk[at + index] === byte); at -= GOAWAY_BYTES) count += 1;
  return count;
}

/** The head of a frame with 8 bytes, of type 7, without flags, on stream 0. */
const HEAD = [0, 0, 8, 7, 0, 0, 0, 0, 0];
const GOAWAY_BYTES = HEAD.length + 8;
/** A peer that waits for this side's end is not kept waiting for long. */
const LONGEST_MS = 500;
