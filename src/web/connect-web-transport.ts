/**
 * Opens a WebTransport stream: each flow is one bidirectional stream, of a session of its own or of one that is shared.
 * The stream itself is `fromWebStreams`'s. Source: W3C WebTransport.
 */
import type { Observable } from 'rxjs';
import { describe } from '../flow/describe.js';
import type { Flow } from '../flow/flow.js';
import { FlowError, isFlowError } from '../flow/flow-error.js';
import { flowLifetime, type Opening } from '../flow/flow-lifetime.js';
import { isUrl } from '../flow/is-url.js';
import { fromWebStreams, type WebStreamPair } from './from-web-streams.js';
import { quietly } from './quietly.js';
import { within } from './within.js';

/** The part of a `WebTransport` session (W3C WebTransport) that a flow needs. */
export interface WebTransportLike {
  readonly ready: Promise<unknown>;
  readonly closed: Promise<unknown>;
  createBidirectionalStream(): Promise<WebStreamPair>;
  close(): void;
}

/** The DOM's `WebTransportOptions`, for programs without the DOM library too; its versions differ in what they require. */
type SessionOptions = {
  readonly allowPooling?: boolean;
  readonly congestionControl?: 'default' | 'low-latency' | 'throughput';
  readonly protocols?: readonly string[];
  readonly requireUnreliable?: boolean;
  readonly serverCertificateHashes?: readonly { readonly algorithm?: string; readonly value?: ArrayBuffer | ArrayBufferView }[];
};

/** Which session to open a stream in: a new one, by `url`, or a `session` that is shared. */
export interface ConnectWebTransportConfig {
  /** `https:`. The session is then the flow's own, and is closed with it. */
  readonly url?: string | URL;
  /** In place of `url`: a session to open one more stream in. It stays open when the flow ends. */
  readonly session?: WebTransportLike;
  /** What `new WebTransport(url, sessionOptions)` takes, e.g. `serverCertificateHashes`. */
  readonly sessionOptions?: SessionOptions;
  /** The class to make the session of (default: the platform's own); which options it takes is its own affair. */
  readonly WebTransportCtor?: new (url: string, options?: never) => WebTransportLike;
  /** Give up with `timeout` after so long, at most 2147483647 (default: the platform's own patience). */
  readonly connectTimeoutMs?: number;
  /** For messages and pictures (default: the URL, without query). */
  readonly name?: string;
}

/**
 * Opens a bidirectional WebTransport stream: a cold Observable. Subscribing opens the session, unless it is given one,
 * and a stream in it; the flow is emitted; the Observable completes when the flow has closed and errors when it broke.
 * Unsubscribing before aborts it, unless it was taken with `detach()`. Streams that the server opens are flows by
 * `fromWebStreams(stream)`.
 *
 * Errors with `FlowError`: `refused` when there is no session, `timeout`, `unsupported` for a URL that the platform
 * does not take or a platform without WebTransport, and later what `fromWebStreams` reports: a stream that the
 * server resets, or a session that ends, is `reset`. Throws a `TypeError` for a configuration of the wrong types.
 *
 * @example
 * const session = new WebTransport('https://example.org/feed');
 * const question = connectWebTransport({ session });
 * const another = connectWebTransport({ session });
 */
export function connectWebTransport(config: ConnectWebTransportConfig): Observable<Flow> {
  checkConfig(config);
  const name = config.name ?? nameOf(config.url);
  return flowLifetime<Flow>((opening) => {
    const session = config.session ?? sessionOf(name, config);
    if (!isFlowError(session)) return openStream(session, { ...config, name }, opening);
    opening.fail(session);
    return undefined;
  }).pipe(within(name, config.connectTimeoutMs));
}

function sessionOf(name: string, config: ConnectWebTransportConfig): WebTransportLike | FlowError {
  type Constructor = NonNullable<ConnectWebTransportConfig['WebTransportCtor']>;
  const Ctor = config.WebTransportCtor ?? (globalThis as { WebTransport?: Constructor }).WebTransport;
  if (Ctor === undefined) return new FlowError('unsupported', `${name}: there is no WebTransport here`);
  try {
    return new Ctor(String(config.url), config.sessionOptions as never);
  } catch (cause) {
    return new FlowError('unsupported', `${name}: no WebTransport session can be made of this URL and these options`, { cause });
  }
}

function openStream(
  session: WebTransportLike,
  { name, session: shared }: ConnectWebTransportConfig & { name: string },
  opening: Opening<Flow>,
): () => void {
  const leave = () => {
    if (shared === undefined) quietly(() => session.close());
  };
  session.closed.catch(ignored);
  session.ready
    .then(() => session.createBidirectionalStream())
    .then((stream) => fromWebStreams(stream, { name }))
    .then(
      (flow) => {
        flow.closed.subscribe({ error: leave, complete: leave });
        opening.ready(flow);
      },
      (cause: unknown) => {
        opening.fail(new FlowError('refused', `${name}: could not connect`, { cause }));
        leave();
      },
    );
  return leave;
}

/** A session that ends breaks its streams, which is how the flow hears of it. */
function ignored(): void {}

function nameOf(url: unknown): string {
  try {
    const { host, pathname } = new URL(String(url));
    return `webtransport ${host}${pathname}`;
  } catch {
    return 'webtransport';
  }
}

function checkConfig(config: ConnectWebTransportConfig): void {
  type Unchecked = Omit<Partial<ConnectWebTransportConfig>, 'url'> & { readonly url?: unknown };
  const { url, session, connectTimeoutMs } = (config ?? {}) as Unchecked;
  if (session === undefined && typeof url !== 'string' && !isUrl(url)) {
    throw new TypeError(`connectWebTransport: url must be a string or a URL, not ${describe(url)}`);
  }
  if (session !== undefined && typeof session?.createBidirectionalStream !== 'function') {
    throw new TypeError(`connectWebTransport: session must be a WebTransport, not ${describe(session)}`);
  }
  if (connectTimeoutMs === undefined || (typeof connectTimeoutMs === 'number' && connectTimeoutMs >= 1 && connectTimeoutMs < 2 ** 31)) return;
  throw new TypeError(`connectWebTransport: connectTimeoutMs must be from 1 to 2147483647 (ms), not ${describe(connectTimeoutMs)}`);
}
