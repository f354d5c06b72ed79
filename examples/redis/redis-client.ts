/**
 * A small Redis client over any flow: commands are pipelined, replies come back in their order, each to its own
 * command. It keeps no state of the server's, knows a handful of commands by type and all others by `command`.
 */
import { AsyncSubject, map, type Observable } from 'rxjs';
import { FlowError, utf8, type Flow } from 'rxjs-flow';
import { framed, type Framed } from 'rxjs-flow/codec';
import { RedisError, respCodec, type RespValue } from './resp-codec.js';

export type Argument = string | number | Uint8Array;

export class RedisClient {
  /** Ends when the connection has; see `Flow.closed`. */
  readonly closed: Observable<void>;
  readonly #messages: Framed<RespValue>;
  /** Commands without a reply yet, oldest first. */
  readonly #waiting: AsyncSubject<RespValue>[] = [];

  /** The client is the flow's only reader from now on. */
  constructor(flow: Flow) {
    this.#messages = framed(flow, respCodec());
    this.closed = flow.closed;
    this.#messages.read().subscribe({
      next: (reply) => this.#answer(reply),
      error: (error: unknown) => this.#fail(error),
      complete: () => this.#fail(new FlowError('closed', `${flow.name}: the server has closed the connection`)),
    });
  }

  /**
   * Sends the command now; the Observable replays its reply. An error reply errors it with `RedisError`, an end of the
   * connection with the flow's error. Commands need not wait for each other: this is how they are pipelined.
   */
  command(name: string, ...args: readonly Argument[]): Observable<RespValue> {
    return this.#send([[name, ...args]])[0]!;
  }

  /** Sends all commands in one write. */
  pipeline(commands: readonly (readonly Argument[])[]): readonly Observable<RespValue>[] {
    return this.#send(commands);
  }

  ping(): Observable<string> {
    return this.command('PING').pipe(map(asText));
  }

  get(key: string): Observable<string | null> {
    return this.command('GET', key).pipe(map((reply) => (reply === null ? null : asText(reply))));
  }

  set(key: string, value: Argument): Observable<string> {
    return this.command('SET', key, value).pipe(map(asText));
  }

  del(...keys: readonly string[]): Observable<number> {
    return this.command('DEL', ...keys).pipe(map(asNumber));
  }

  incr(key: string): Observable<number> {
    return this.command('INCR', key).pipe(map(asNumber));
  }

  rpush(key: string, ...values: readonly Argument[]): Observable<number> {
    return this.command('RPUSH', key, ...values).pipe(map(asNumber));
  }

  lrange(key: string, start: number, stop: number): Observable<readonly string[]> {
    return this.command('LRANGE', key, start, stop).pipe(map((reply) => asList(reply).map(asText)));
  }

  /** Says goodbye after the replies that are due; emits and completes once the connection has ended. */
  close(): Observable<void> {
    this.command('QUIT').subscribe({ next: () => void this.#messages.close(), error: () => undefined });
    return this.closed;
  }

  #send(commands: readonly (readonly Argument[])[]): AsyncSubject<RespValue>[] {
    const replies = commands.map(() => new AsyncSubject<RespValue>());
    this.#waiting.push(...replies);
    this.#messages.writev(commands.map((words) => words.map(asBulk))).subscribe((result) => {
      if (!result.ok) this.#fail(result.error);
    });
    return replies;
  }

  #answer(reply: RespValue): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) {
      this.#messages.abort(new FlowError('protocol', 'redis: a reply came that nobody asked for'));
    } else if (reply instanceof RedisError) {
      waiting.error(reply);
    } else {
      waiting.next(reply);
      waiting.complete();
    }
  }

  #fail(error: unknown): void {
    for (const waiting of this.#waiting.splice(0)) waiting.error(error);
  }
}

function asBulk(argument: Argument): Uint8Array {
  return argument instanceof Uint8Array ? argument : utf8(String(argument));
}

function asText(reply: RespValue): string {
  if (typeof reply === 'string') return reply;
  if (reply instanceof Uint8Array) return new TextDecoder().decode(reply);
  throw unexpected('a string');
}

function asNumber(reply: RespValue): number {
  if (typeof reply === 'number') return reply;
  throw unexpected('an integer');
}

function asList(reply: RespValue): readonly RespValue[] {
  if (Array.isArray(reply)) return reply as readonly RespValue[];
  throw unexpected('an array');
}

function unexpected(wanted: string): FlowError {
  return new FlowError('protocol', `redis: the reply is not ${wanted}`);
}
