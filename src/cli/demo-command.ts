/** `rxjs-flow demo`, the command behind `npm start`: a file there and back through flows, all on this machine. */
import type { Command } from 'commander';
import { combineLatest, defer, finalize, last, map, mergeMap, type Observable, take, takeUntil, tap, using } from 'rxjs';
import { formatBytes } from '../combinators/format-bytes.js';
import { formatStats } from '../combinators/format-stats.js';
import { proxy, type ProxyStats } from '../combinators/proxy.js';
import { FlowError } from '../flow/flow-error.js';
import { connectTcp } from '../node/socket/connect-tcp.js';
import { DemoFiles } from './demo-files.js';
import { demoLine, type DemoLine } from './demo-line.js';
import { demoProgress, type DemoProgress } from './demo-progress.js';
import { fileFlow } from './file-flow.js';
import { formatAddress } from './format-address.js';
import { wholeNumber } from './parse-number.js';
import { runToEnd } from './run-to-end.js';
import { signalsOf } from './signals-of.js';

const MIB = 1024 * 1024;

export function addDemoCommand(program: Command): void {
  program
    .command('demo')
    .summary('send a file through a service and a proxy of its own, and compare')
    .description(
      'Start a TCP service that sends back what it gets and a proxy in front of it, send a file of noise there and back ' +
        'through flows, and compare the SHA-256 digests. Needs nothing else, and leaves nothing behind.',
    )
    .option('--size-mib <n>', 'the size of the file', wholeNumber(1), 64)
    .action(async ({ sizeMib }: { readonly sizeMib: number }) => {
      await runToEnd(demo(sizeMib * MIB).pipe(takeUntil(interrupted())));
    });
}

/** Completes when the digests agree, and errors if they do not. */
function demo(sizeBytes: number): Observable<unknown> {
  return defer(() => {
    const files = new DemoFiles();
    say(`file     ${formatBytes(sizeBytes)} of noise, to go there and back`);
    return defer(() => files.make(sizeBytes)).pipe(
      mergeMap(() => demoLine()),
      mergeMap((line) => thereAndBack(line, files, sizeBytes)),
      mergeMap(() => compare(files)),
      take(1), // and the service and the proxy go
      finalize(() => files.remove()),
    );
  });
}

/** Emits once, when the proxy has ended as well as the client. */
function thereAndBack({ service, front, carried }: DemoLine, files: DemoFiles, sizeBytes: number): Observable<unknown> {
  say(`service  ${formatAddress(service)}, sends back what it gets`);
  say(`proxy    ${formatAddress(front)} -> ${formatAddress(service)}\n`);
  const sent = connectTcp(front).pipe(mergeMap((flow) => showing(proxy(fileFlow(files.sent, files.received), flow, { sampleMs: 50 }), sizeBytes)));
  return combineLatest([sent.pipe(last()), carried]).pipe(
    tap(([ours, theirs]) => {
      say(`\nthere    ${formatStats(ours.aToB)}`);
      say(`back     ${formatStats(ours.bToA)}`);
      say(`proxy    ${formatStats(theirs.aToB)}`);
      say(`         ${formatStats(theirs.bToA)}\n`);
    }),
  );
}

function showing(stats: Observable<ProxyStats>, sizeBytes: number): Observable<ProxyStats> {
  return using(
    () => demoProgress(process.stdout, sizeBytes),
    (progress) => stats.pipe(tap((latest) => (progress as DemoProgress).update(latest))),
  );
}

async function compare(files: DemoFiles): Promise<void> {
  const digests = await Promise.all([files.sha256(files.sent), files.sha256(files.received)]);
  say(`sha256   ${digests[0]} sent`);
  say(`sha256   ${digests[1]} received`);
  if (digests[0] !== digests[1]) throw new Error('the digests differ: what came back is not what was sent');
  say('The digests agree.');
}

/** Ended by hand, the demo cleans up as at its end. */
function interrupted(): Observable<never> {
  return signalsOf('SIGINT', 'SIGTERM').pipe(
    map(() => {
      throw new FlowError('aborted', 'demo: interrupted');
    }),
  );
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
