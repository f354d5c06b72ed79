/** `rxjs-flow proxy`: its arguments and options. What it does is `proxy-run.ts`. */
import { Option, type Command } from 'commander';
import { withoutUser } from '../node/endpoint/endpoint-url.js';
import { checkConnectable, checkListenable } from './check-endpoint.js';
import {
  addConnectingOptions, addListeningOptions, connectingOf, listeningOf, type ConnectingOptions, type ListeningOptions,
} from './endpoint-options.js';
import { milliseconds, wholeNumber } from './parse-number.js';
import { proxyRun, type ProxyRunOptions } from './proxy-run.js';
import { RECORD_SIDES } from './proxy-server.js';
import { runToEnd } from './run-to-end.js';

interface ProxyOptions extends Omit<ProxyRunOptions, 'listening' | 'connecting'>, ConnectingOptions, ListeningOptions {
  readonly listen?: string;
  readonly to?: string;
}

export function addProxyCommand(program: Command): void {
  const recordSide = new Option('--record-side <side>', 'whose flow is on the tape, and whom a replay plays');
  recordSide.choices(RECORD_SIDES).default(RECORD_SIDES[0]);
  const command = program
    .command('proxy')
    .summary('carry every connection from one endpoint to another')
    .description('Carry every connection to <from> on to <to>, both ways, half-close included, with live progress.')
    .argument('[from]', 'where to listen, as --listen')
    .argument('[to]', 'where to connect, as --to')
    .option('-l, --listen <url>', 'where to listen')
    .option('-t, --to <url>', 'where to connect for each connection')
    .option('--drain-ms <ms>', 'after SIGINT or SIGTERM, how long connections may go on', milliseconds(0), 10_000)
    .option('--connect-timeout-ms <ms>', 'how long <to> may take to answer', milliseconds(1), 10_000)
    .option('--half-close-timeout-ms <ms>', 'how long one direction may outlive the other (default: for ever)', milliseconds(1))
    .option('--max-connections <n>', 'connections at a time (default: no limit)', wholeNumber(1))
    .option('--record <dir>', 'keep a tape of each connection in this folder, for rxjs-flow replay')
    .addOption(recordSide)
    .option('--progress-ms <ms>', 'how often to print progress where the output is no terminal', milliseconds(1), 5000);
  addConnectingOptions(addListeningOptions(command)).action(
    async (from: string | undefined, to: string | undefined, options: ProxyOptions, command: Command) => {
      const listen = oneOf(command, 'where to listen', '--listen', from, options.listen);
      const target = oneOf(command, 'where to connect', '--to', to, options.to);
      const [listening, connecting] = [listeningOf(command, options), connectingOf(options)];
      checkListenable(command, 'where to listen', listen, listening);
      checkConnectable(command, 'where to connect', target, connecting);
      await runToEnd(proxyRun(listen, target, { ...options, listening, connecting }));
    },
  );
}

/** An endpoint is named by its place or by its option, and by one of the two only. */
function oneOf(command: Command, what: string, option: string, ...named: (string | undefined)[]): string {
  const [one, more] = named.filter((url) => url !== undefined);
  if (more !== undefined) return command.error(`error: ${what} is said twice: ${withoutUser(one!)} and ${option} ${withoutUser(more)}`);
  return one ?? command.error(`error: say ${what}: proxy <from> <to>, or ${option} <url>`);
}
