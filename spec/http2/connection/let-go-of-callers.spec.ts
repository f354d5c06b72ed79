import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { catchError, EMPTY, firstValueFrom, mergeMap, of, ReplaySubject } from 'rxjs';
import { collectText, type Flow } from 'rxjs-flow';
import { http2Client, http2Server } from 'rxjs-flow/http2';
import { connectTls, listenTls, type TcpAddress } from 'rxjs-flow/node';
import { letGoOfCallers } from '../../../src/http2/connection/let-go-of-callers.js';
import { authorityAndServer } from '../../support/certificates.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const ROUNDS = 20;

describe('letGoOfCallers', () => {
  it('leaves nothing of a server’s connections over TLS whose clients abort as they have read their answers', async () => {
    const { authority, server } = await authorityAndServer();
    const listening = new ReplaySubject<TcpAddress>(1);
    const flows: WeakRef<Flow>[] = [];
    let over = 0;
    const serve = (flow: Flow) => {
      flows.push(new WeakRef(flow));
      const serving = http2Server(flow, () => of({ body: 'hello' })).pipe(catchError(() => EMPTY)).subscribe();
      serving.add(() => (over += 1));
    };
    const listener = listenTls({ cert: server.cert, key: server.key, listeningObserver: listening }).subscribe(serve);
    const { port } = await firstValueFrom(listening);
    for (let round = 1; round <= ROUNDS; round += 1) {
      const answer = connectTls({ port, ca: authority.cert }).pipe(
        mergeMap((flow) => http2Client(flow)),
        mergeMap((client) => client.request({})),
        mergeMap((response) => response.read().pipe(collectText())),
      );
      expect(await firstValueFrom(answer)).toBe('hello');
      while (over < round) await turn();
    }
    listener.unsubscribe();
    const left = () => flows.filter((flow) => flow.deref() !== undefined).length;
    // The last of them may still be going.
    for (let tries = 0; left() > 2 && tries < 100; tries += 1) {
      await turn();
      collect();
    }
    expect(left()).toBeLessThanOrEqual(2);
  });

  it('minds neither what is no error, nor causes in a circle, nor one that cannot be read', () => {
    const circle = new Error('round', {});
    circle.cause = circle;
    const unreadable = Object.defineProperty(new Error('x'), 'stack', { get: () => { throw new Error('no'); } });
    for (const one of [null, undefined, 7, 'text', circle, unreadable]) expect(() => letGoOfCallers(one)).not.toThrow();
  });
});
