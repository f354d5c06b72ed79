/** A run of `rxjs-flow proxy`: joins its work, its report, the signals that end it and the screen. */
import { defer, interval, merge, Observable, tap, using } from 'rxjs';
import { formatError } from '../flow/format-error.js';
import { withoutUser } from '../node/endpoint/endpoint-url.js';
import { complain } from './complain.js';
import { formatAddress } from './format-address.js';
import { ProxyReport } from './proxy-report.js';
import { serveProxy, type ProxyServerConfig } from './proxy-server.js';
import { isStdio } from './is-stdio.js';
import { outputBeside } from './output-beside.js';
import { openScreen, type Screen } from './screen.js';
import { stopSignals } from './stop-signals.js';
import { TapeFolder } from './tape-folder.js';

type Limits = Pick<ProxyServerConfig, 'connectTimeoutMs' | 'halfCloseTimeoutMs' | 'maxConnections'>;

export interface ProxyRunOptions extends Limits, Pick<ProxyServerConfig, 'listening' | 'connecting' | 'recordSide'> {
  readonly drainMs: number;
  /** How often to say where things stand, if not on a terminal. */
  readonly progressMs: number;
  /** The folder for a tape of each connection, if they are recorded. */
  readonly record?: string;
}

/** Proxies from one endpoint to the other until a signal comes and the last connection has ended. */
export function proxyRun(from: string, to: string, options: ProxyRunOptions): Observable<unknown> {
  const out = outputBeside(from, to);
  const everyMs = out.isTTY ? 250 : options.progressMs;
  return defer(() => {
    const tapes = options.record === undefined ? null : new TapeFolder(options.record);
    return using(
      () => openScreen(out),
      (screen) => shown(screen as Screen, everyMs, { ...options, from, to, tapes }),
    );
  });
}

type Shown = ProxyRunOptions & Pick<ProxyServerConfig, 'from' | 'to' | 'tapes'>;

function shown(screen: Screen, everyMs: number, options: Shown): Observable<unknown> {
  const { drainMs, progressMs: _progressMs, record: _record, ...config } = options;
  const report = new ProxyReport();
  const signals = stopSignals(drainMs);
  const say = (line: string | null) => {
    if (line !== null) screen.event(line);
  };
  const handshakeErrorObserver = { next: (error: unknown) => tell(screen, formatError(error)) };
  const work = serveProxy({
    ...config,
    listening: { ...config.listening, handshakeErrorObserver },
    sampleMs: everyMs,
    signals,
    onListening: (address) => say(`listening on ${formatAddress(address, config.from)}, proxying to ${withoutUser(config.to)}`),
  }).pipe(tap({ next: (event) => say(report.take(event)), complete: () => say(report.summary()) }));
  // Of stdio: there is one connection, and it is all that there is to fail.
  const judged = isStdio(config.from) ? work.pipe(tap(({ kind }) => kind === 'failed' && (process.exitCode = 1))) : work;
  const goodbyes = signals.stop.pipe(tap((signal) => say(goodbye(signal, report.openConnections, drainMs))));
  const progress = interval(everyMs).pipe(tap(() => screen.status(report.status())));
  return untilTheEndOf(judged, goodbyes, progress);
}

/** Of what is no connection yet. On a terminal, the line that is kept up to date would soon be drawn over it. */
function tell(screen: Screen, line: string): void {
  if (process.stdout.isTTY && process.stderr.isTTY) screen.event(line);
  else complain(line);
}

function goodbye(signal: string, open: number, drainMs: number): string {
  const nothingNew = `${signal}: no new connections`;
  return open === 0 ? nothingNew : `${nothingNew}; ${open} open may take ${drainMs} ms to end (a second signal ends them now)`;
}

/** What goes on beside `work` is subscribed before it, so as to miss nothing, and ends with it. */
function untilTheEndOf(work: Observable<unknown>, ...beside: Observable<unknown>[]): Observable<unknown> {
  return new Observable((subscriber) => {
    subscriber.add(merge(...beside).subscribe());
    subscriber.add(work.subscribe(subscriber));
  });
}
