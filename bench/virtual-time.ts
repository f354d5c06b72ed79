/** An hour of a protocol in virtual time: what a marble test of something slow costs. */
import { filter, interval, map, take, timer } from 'rxjs';
import { flowPair, lines, utf8, withIdleTimeout, type Flow } from 'rxjs-flow';
import { FlowTestScheduler } from 'rxjs-flow/testing';
import type { Suite } from './harness.js';

const HOUR = 3600;

export function suites(): readonly Suite[] {
  return [anHour];
}

const anHour: Suite = {
  title: 'an hour of virtual time: a heartbeat each second over a line with latency, both sides watched for silence',
  work: HOUR,
  unit: 'second',
  contenders: [
    { name: 'rxjs-flow, flowPair and withIdleTimeout', run: heartbeats },
    { name: 'RxJS alone, the timers of the heartbeats', run: timersAlone },
  ],
};

function heartbeats(): void {
  let answered = 0;
  let silences = 0;
  new FlowTestScheduler().run(() => {
    const [client, server] = flowPair({ latencyMs: 40, bytesPerSecond: 10_000 }).map((flow) => withIdleTimeout(flow, 5000)) as [Flow, Flow];
    server
      .read()
      .pipe(lines())
      .subscribe({ next: (line) => server.write(utf8(`pong ${line}\n`)), complete: () => server.close(), error: () => (silences += 1) });
    client
      .read()
      .pipe(lines(), filter((line) => line.startsWith('pong ')))
      .subscribe({ next: () => (answered += 1), error: () => (silences += 1) });
    interval(1000)
      .pipe(take(HOUR))
      .subscribe({ next: (at) => client.write(utf8(`ping ${at}\n`)), complete: () => client.close() });
  });
  if (answered !== HOUR || silences !== 0) throw new Error(`${answered} heartbeats were answered, ${silences} sides fell silent`);
}

/** One timer for the beat, and one for each of the two ways. */
function timersAlone(): void {
  let answered = 0;
  new FlowTestScheduler().run(() => {
    interval(1000)
      .pipe(take(HOUR))
      .subscribe(() => {
        timer(40)
          .pipe(map(() => timer(40)))
          .subscribe((back) => back.subscribe(() => (answered += 1)));
      });
  });
  if (answered !== HOUR) throw new Error(`${answered} heartbeats were answered`);
}
