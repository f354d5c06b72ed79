// Any traffic on one side of a pair, for property specs: calls of both sides in any order, also out of each other's
// deliveries, readers that are held, refused, or gone.

import fc from 'fast-check';
import { Subject, take } from 'rxjs';
import { drainMap } from '../../src/combinators/drain-map.js';
import type { Flow } from '../../src/flow/flow.js';
import type { FlowError } from '../../src/flow/flow-error.js';
import { flowPair } from '../../src/memory/pair.js';

const READS = ['read', 'unsubscribe', 'take one', 'read held', 'let go', 'read and answer', 'peer reads', 'peer reads and answers'] as const;
const ENDS = ['shutdown write', 'shutdown read', 'shutdown both', 'peer shuts down', 'close', 'peer closes', 'abort', 'peer aborts'] as const;

export type Step =
  | { readonly do: 'write' | 'peer writes'; readonly size: number }
  | { readonly do: (typeof READS)[number] | (typeof ENDS)[number] };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('write' as const, 'peer writes' as const), size: fc.nat(12) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom(...READS) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom(...ENDS) }) },
);

export const traffic = fc.array(step, { maxLength: 40 });

/** Plays the steps on one side of a pair, `dress` put over it, and tells all that can be seen from either side. */
export function play(steps: readonly Step[], dress: (flow: Flow) => Flow): string[] {
  const seen: string[] = [];
  const [inner, peer] = flowPair({ capacity: 16 });
  const flow = dress(inner);
  const note = (who: string) => ({
    next: (value: unknown) => seen.push(`${who}: ${value instanceof Uint8Array ? [...value].join() : JSON.stringify(value)}`),
    error: (error: FlowError) => seen.push(`${who} fails: ${error.code} ${error.message}`),
    complete: () => seen.push(`${who} is done`),
  });
  const answer = (who: string, one: Flow) => ({ ...note(who), next: (buffer: Uint8Array) => one.write(buffer).subscribe(note(`${who}: answer`)) });
  const gate = new Subject<void>();
  flow.closed.subscribe(note('closed'));
  peer.closed.subscribe(note('peer closed'));
  let reading = flow.read().subscribe(note('read'));
  steps.forEach((one, at) => {
    const data = new Uint8Array('size' in one ? one.size : 0).fill(at);
    if (one.do === 'write') flow.write(data).subscribe(note(`write ${at}`));
    else if (one.do === 'peer writes') peer.write(data).subscribe(note(`peer write ${at}`));
    else if (one.do === 'unsubscribe') reading.unsubscribe();
    else if (one.do === 'read') reading = flow.read().subscribe(note(`read ${at}`));
    else if (one.do === 'take one') flow.read().pipe(take(1)).subscribe(note(`take ${at}`));
    else if (one.do === 'read held') reading = flow.read().pipe(drainMap(() => gate.pipe(take(1)))).subscribe(note(`held read ${at}`));
    else if (one.do === 'let go') gate.next();
    else if (one.do === 'read and answer') flow.read().pipe(take(2)).subscribe(answer(`read ${at}`, flow));
    else if (one.do === 'peer reads') peer.read().subscribe(note(`peer read ${at}`));
    else if (one.do === 'peer reads and answers') peer.read().pipe(take(2)).subscribe(answer(`peer read ${at}`, peer));
    else if (one.do === 'shutdown write') flow.shutdown('write').subscribe(note(`shutdown ${at}`));
    else if (one.do === 'shutdown read') flow.shutdown('read').subscribe(note(`shutdown ${at}`));
    else if (one.do === 'shutdown both') flow.shutdown('read_write').subscribe(note(`shutdown ${at}`));
    else if (one.do === 'peer shuts down') peer.shutdown('write').subscribe(note(`peer shutdown ${at}`));
    else if (one.do === 'close') flow.close().subscribe(note(`close ${at}`));
    else if (one.do === 'peer closes') peer.close().subscribe(note(`peer close ${at}`));
    else if (one.do === 'abort') flow.abort('reason');
    else peer.abort();
  });
  return seen;
}
