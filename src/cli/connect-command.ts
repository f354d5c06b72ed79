/** `rxjs-flow connect`: standard input and output joined to an endpoint, as netcat does. */
import type { Command } from 'commander';
import { finalize, mergeMap, take, tap } from 'rxjs';
import { detach } from '../combinators/detach.js';
import { proxy } from '../combinators/proxy.js';
import { connectEndpoint } from '../node/endpoint/connect-endpoint.js';
import { stdio } from '../node/process/stdio.js';
import { checkConnectable } from './check-endpoint.js';
import { addConnectingOptions, connectingOf, type ConnectingOptions } from './endpoint-options.js';
import { milliseconds } from './parse-number.js';
import { runToEnd } from './run-to-end.js';
import { untilSignal } from './until-signal.js';

interface ConnectOptions extends ConnectingOptions {
  readonly connectTimeoutMs: number;
}

export function addConnectCommand(program: Command): void {
  const command = program
    .command('connect')
    .summary('join stdin and stdout to an endpoint')
    .description(
      'Send stdin to an endpoint and print what it answers. The end of stdin is passed on, and the answer goes on after ' +
        'it; over when both have ended (on a terminal, when the endpoint has).',
    )
    .argument('<url>', 'the endpoint, e.g. tcp://127.0.0.1:80')
    .option('--connect-timeout-ms <ms>', 'how long it may take to answer', milliseconds(1), 10_000);
  addConnectingOptions(command).action(async (url: string, { connectTimeoutMs, ...options }: ConnectOptions) => {
    checkConnectable(command, 'where to connect', url, connectingOf(options));
    const conversation = connectEndpoint(url, { connectTimeoutMs, ...connectingOf(options) }).pipe(
      detach(),
      take(1),
      // Only when it is given up: once both have ended, what was sent last may be on its way, and a process at work.
      mergeMap((remote) => proxy(stdio(), remote).pipe(tap({ unsubscribe: () => remote.abort() }))),
      finalize(releaseStdin),
    );
    await runToEnd(untilSignal(conversation));
  });
}

/** At a terminal its end may never come, and a reading that goes on would keep the process alive. */
function releaseStdin(): void {
  if ('unref' in process.stdin) process.stdin.unref(); // a file has none, and needs none
}
