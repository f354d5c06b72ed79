/** The commands, and what they have in common: help, version, how a wrong command line is told. */
import { createRequire } from 'node:module';
import { Command } from 'commander';
import { withoutUser } from '../node/endpoint/endpoint-url.js';
import { addConnectCommand } from './connect-command.js';
import { addDemoCommand } from './demo-command.js';
import { addProxyCommand } from './proxy-command.js';
import { addReplayCommand } from './replay-command.js';
import { addServeHttp2Command } from './serve-http2-command.js';

const { version } = createRequire(import.meta.url)('rxjs-flow/package.json') as { version: string };

const HELP = `
Endpoints are URLs:
  tcp://HOST:PORT      a TCP connection; to listen, port 0 is any free one
  tls://HOST:PORT      the same by TLS; to listen, --cert and --key
  unix:PATH            a Unix socket
  ws://HOST:PORT/PATH  a WebSocket; wss: by TLS
  stdio:               this command's own stdin and stdout
  exec:COMMAND         a process, to connect to: its stdin and stdout (no shell)

Exit status: 0 ended in order, 1 failed (one line on stderr says why), 2 wrong usage.

Examples:
  rxjs-flow proxy --listen tcp://127.0.0.1:8080 --to tcp://127.0.0.1:80
  rxjs-flow proxy --listen ws://127.0.0.1:8081 --to 'exec:tr a-z A-Z'
  echo hello | rxjs-flow connect tcp://127.0.0.1:8080
  rxjs-flow proxy tcp://127.0.0.1:8080 tcp://127.0.0.1:80 --record tapes
  rxjs-flow replay tapes/20250301T093000000Z-1.tape --svg login.svg
  rxjs-flow serve-http2 --listen tcp://127.0.0.1:8080 public
  rxjs-flow demo`;

export function makeProgram(): Command {
  const program = new Command('rxjs-flow')
    .description('Two-way byte streams between endpoints: with backpressure, and with half-close carried across.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .addHelpText('after', HELP)
    .configureOutput({ outputError: (text, write) => write(text.replace(MISPLACED, withoutUser).replace(/^error: /, 'rxjs-flow: ')) })
    .exitOverride();
  addProxyCommand(program);
  addConnectCommand(program);
  addReplayCommand(program);
  addServeHttp2Command(program);
  addDemoCommand(program);
  return program;
}

/** What Commander quotes of a wrong command line: it may be an endpoint, where a command or a number was to stand. */
const MISPLACED = /(?<=^error: (?:unknown|option) .*?').*(?=')/;
