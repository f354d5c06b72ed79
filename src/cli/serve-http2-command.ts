/** `rxjs-flow serve-http2`: its arguments and options. What it does is `serve-http2-run.ts`. */
import type { Command } from 'commander';
import { checkListenable } from './check-endpoint.js';
import { addListeningOptions, listeningOf, type ListeningOptions } from './endpoint-options.js';
import { milliseconds, wholeNumber } from './parse-number.js';
import { runToEnd } from './run-to-end.js';
import { serveHttp2Run, type ServeHttp2Options } from './serve-http2-run.js';

interface ServeOptions extends Omit<ServeHttp2Options, 'listening'>, ListeningOptions {
  readonly listen: string;
}

export function addServeHttp2Command(program: Command): void {
  const command = program
    .command('serve-http2')
    .summary('serve the files of a folder by HTTP/2')
    .description(
      'Serve the files below <dir> by HTTP/2, on whatever endpoint there is: with prior knowledge, and by ALPN on tls:. GET ' +
        'and HEAD; a folder is its index.html.',
    )
    .argument('<dir>', 'the folder')
    .requiredOption('-l, --listen <url>', 'where to listen')
    .option('--drain-ms <ms>', 'after SIGINT or SIGTERM, how long requests may go on', milliseconds(0), 10_000)
    .option('--max-connections <n>', 'connections at a time (default: no limit)', wholeNumber(1));
  addListeningOptions(command).action(async (dir: string, options: ServeOptions) => {
    const listening = listeningOf(command, options);
    checkListenable(command, 'where to listen', options.listen, listening);
    await runToEnd(serveHttp2Run(dir, options.listen, { ...options, listening }));
  });
}
