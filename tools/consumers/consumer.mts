// A program as an ESM user writes it: it must run and type-check against the packed tarball.

import { collectText, copy, flowPair, fromArray, isFlowError, type Flow, type WriteResult } from 'rxjs-flow';
import { concatMap, firstValueFrom, lastValueFrom, type Observable } from 'rxjs';

const [near, far]: [Flow, Flow] = flowPair();
const source: Flow = fromArray(['hello, ', 'flows']);

const received: Promise<string> = firstValueFrom(far.read().pipe(collectText()));
const ended: Observable<void> = copy(source, near).pipe(concatMap(() => near.shutdown('write')));
await lastValueFrom(ended, { defaultValue: undefined });

const late: WriteResult = await firstValueFrom(near.write(Uint8Array.of(1)));
const closed: boolean = !late.ok && isFlowError(late.error, 'closed');
console.log(`${await received}; closed: ${String(closed)}`);
