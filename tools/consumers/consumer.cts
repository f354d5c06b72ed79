// A program as a CommonJS user writes it: it must run and type-check against the packed tarball.

import flows = require('rxjs-flow');
import rxjs = require('rxjs');

const [near, far]: [flows.Flow, flows.Flow] = flows.flowPair();
const source: flows.Flow = flows.fromArray(['hello, ', 'flows']);

const received: Promise<string> = rxjs.firstValueFrom(far.read().pipe(flows.collectText()));
const ended: rxjs.Observable<void> = flows.copy(source, near).pipe(rxjs.concatMap(() => near.shutdown('write')));

ended.subscribe({
  complete: () => {
    near.write(Uint8Array.of(1)).subscribe((late: flows.WriteResult) => {
      const closed: boolean = !late.ok && flows.isFlowError(late.error, 'closed');
      void received.then((text) => console.log(`${text}; closed: ${String(closed)}`));
    });
  },
});
