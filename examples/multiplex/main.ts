/**
 * `npx tsx examples/multiplex/main.ts` (in a checkout after `npm run build`): two services and a
 * hundred flows to them, over one TCP connection.
 */
import { catchError, EMPTY, firstValueFrom, forkJoin, map, mergeMap, ReplaySubject } from 'rxjs';
import { asSink, collectText, copy, detach, formatError, lines, utf8, type Flow } from 'rxjs-flow';
import { connectTcp, listenTcp, type TcpAddress } from 'rxjs-flow/node';
import { acceptOver, openOver } from './multiplex.js';

const services: Readonly<Record<string, (flow: Flow) => void>> = {
  echo: (flow) => void copy(flow, flow).subscribe({ complete: () => void flow.shutdown('write'), error: () => {} }),
  upper: (flow) => void flow.read().pipe(lines(), map((line) => utf8(`${line.toUpperCase()}\n`))).subscribe(asSink(flow)),
};

function accept(name: string, flow: Flow): boolean {
  services[name]?.(flow);
  return name in services;
}

const listening = new ReplaySubject<TcpAddress>(1);
const server = listenTcp({ listeningObserver: listening })
  .pipe(mergeMap((connection) => acceptOver(connection, accept).pipe(catchError(() => EMPTY))))
  .subscribe();

const connection = await firstValueFrom(connectTcp(await firstValueFrom(listening)).pipe(detach()));
const session = openOver(connection).subscribe((opener) => {
  const ask = (name: string, text: string) =>
    opener.open(name).pipe(
      mergeMap((flow) => {
        flow.write(utf8(text));
        flow.shutdown('write');
        return flow.read().pipe(collectText());
      }),
    );
  const questions = Array.from({ length: 100 }, (_, at) => ask(at % 2 === 0 ? 'echo' : 'upper', `question ${at}\n`));
  forkJoin(questions).subscribe((answers) => {
    console.log(`${answers.length} flows over ${connection.name}: ${answers[0]!.trim()} … ${answers[99]!.trim()}`);
    ask('nobody', '').subscribe({
      error: (error: unknown) => {
        console.log(formatError(error));
        session.unsubscribe();
        server.unsubscribe();
      },
    });
  });
});
