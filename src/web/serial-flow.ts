/**
 * A flow over a serial port. A serial line has no end of file and nobody at the other end to wait for: `close()` ends
 * both directions by itself. Source: W3C Web Serial API.
 */
import { checkOptions } from '../flow/check-options.js';
import { describe } from '../flow/describe.js';
import type { Flow } from '../flow/flow.js';
import { FlowError } from '../flow/flow-error.js';
import { makeFlow } from '../flow/make-flow.js';
import type { FlowLink, Transport } from '../flow/transport.js';

/** The part of a `SerialPort` (W3C Web Serial API) that a flow needs. */
export interface SerialPortLike {
  /** `null` while the port is closed; after an error on the line, a new stream. */
  readonly readable: ReadableStream<Uint8Array> | null;
  readonly writable: WritableStream<Uint8Array> | null;
  open(options: SerialLineOptions): Promise<void>;
  close(): Promise<void>;
}

/** What `SerialPort.open` takes: the `SerialOptions` of the W3C Web Serial API, with the platform's defaults. */
export interface SerialLineOptions {
  readonly baudRate: number;
  readonly dataBits?: 7 | 8;
  readonly stopBits?: 1 | 2;
  readonly parity?: 'none' | 'even' | 'odd';
  readonly bufferSize?: number;
  readonly flowControl?: 'none' | 'hardware';
}

/** How the port is opened, if it is not open, and what becomes of errors on the line. */
export interface SerialFlowOptions extends Partial<SerialLineOptions> {
  /** For messages and pictures (default `serial`). */
  readonly name?: string;
  /** Go on after framing, parity, break and overrun errors, though bytes were lost (default false: `failed`). */
  readonly skipLineErrors?: boolean;
}

/**
 * Makes a flow of a serial port, and opens the port with these options (`baudRate` at least) unless it is open. The flow
 * is its only user, and closes it.
 *
 * - A write is accepted when the port has taken it. Reading is pulled; what the device sends while nobody reads waits
 *   in the port's own buffer (`bufferSize`), and beyond that is an overrun on the line, unless `flowControl` prevents it.
 * - `shutdown('read')` and `shutdown('write')` end their direction here; the device is told nothing.
 * - When both have ended, and on `abort()`: the reader is cancelled and released, the writer closed (or aborted) and
 *   released, then the port closed.
 *
 * Errors with `FlowError`: `refused` if the port cannot be opened, `failed` for an error on the line, `reset` when
 * the device is gone.
 *
 * @example
 * const port = await navigator.serial.requestPort();
 * const flow = serialFlow(port, { baudRate: 115200 });
 */
export function serialFlow(port: SerialPortLike, options: SerialFlowOptions = {}): Flow {
  checkOptions('serialFlow', options);
  checkPort(port, options);
  return makeFlow(new SerialTransport(port, options));
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;
type Writer = WritableStreamDefaultWriter<Uint8Array>;

class SerialTransport implements Transport {
  readonly name: string;
  readonly #skipLineErrors: boolean;
  #link!: FlowLink;
  #reader!: Reader;
  #writer!: Writer;
  /** The port is open and locked: every operation waits for it. */
  readonly #opened: Promise<void>;

  constructor(
    private readonly port: SerialPortLike,
    options: SerialFlowOptions,
  ) {
    this.name = options.name ?? 'serial';
    this.#skipLineErrors = options.skipLineErrors ?? false;
    this.#opened = this.#lock(lineOptions(options));
  }

  open(link: FlowLink): void {
    this.#link = link;
    this.#opened.catch((cause: unknown) => link.fail(new FlowError('refused', `${this.name}: the port cannot be opened`, { cause })));
  }

  pull(): void {
    this.#then(async () => {
      for (let more = true; more; ) more = await this.#read();
    });
  }

  write(buffer: Uint8Array): boolean {
    this.#then(async () => {
      await this.#writer.write(buffer);
      this.#link.ready();
    });
    return false;
  }

  end(): void {
    this.#then(async () => {
      await this.#writer.close();
      this.#writer.releaseLock();
      this.#link.finished();
    });
  }

  stop(): void {
    this.#then(async () => {
      await this.#reader.cancel();
      this.#reader.releaseLock();
      this.#link.end();
    });
  }

  abort(error: FlowError): void {
    const ended = async () => {
      // Either may have failed already, or be released: that must not keep the port from being closed.
      await Promise.allSettled([this.#reader.cancel(error), this.#writer.abort(error)]);
      this.#reader.releaseLock();
      this.#writer.releaseLock();
      await this.port.close();
    };
    this.#opened.then(ended).catch(ignored);
  }

  free(done: () => void): void {
    this.port.close().then(done, done);
  }

  /** Nobody is at the other end: `close()` has ended both directions, and `free` has closed the port. */
  close(done: () => void): void {
    done();
  }

  async #lock(options: SerialLineOptions): Promise<void> {
    const { port } = this;
    const opens = port.readable === null;
    if (opens) await port.open(options);
    try {
      this.#lockBoth();
    } catch (cause) {
      if (opens) await port.close();
      throw cause;
    }
  }

  /** Both streams, or none. */
  #lockBoth(): void {
    this.#writer = this.port.writable!.getWriter();
    try {
      this.#listenTo(this.port.readable!);
    } catch (cause) {
      this.#writer.releaseLock();
      throw cause;
    }
    this.#writer.closed.catch((cause: unknown) => this.#fail(cause));
  }

  /** A device that goes is noticed though nobody reads. */
  #listenTo(readable: ReadableStream<Uint8Array>): void {
    this.#reader = readable.getReader();
    this.#reader.closed.catch((cause: unknown) => {
      if (!this.#isSkipped(cause)) this.#fail(cause);
    });
  }

  /** After such an error the port has a new stream, which the next read goes on with. */
  #isSkipped(cause: unknown): boolean {
    return this.#skipLineErrors && isLineError(cause) && this.port.readable !== null;
  }

  #then(work: () => Promise<void>): void {
    this.#opened.then(work).catch((cause: unknown) => this.#fail(cause));
  }

  /** One chunk; `true`: the next one is wanted. */
  async #read(): Promise<boolean> {
    try {
      const { done, value } = await this.#reader.read();
      if (!done) return this.#link.push(value);
      this.#link.end();
      return false;
    } catch (cause) {
      if (!this.#isSkipped(cause)) throw cause;
      this.#reader.releaseLock();
      this.#listenTo(this.port.readable!);
      return true;
    }
  }

  #fail(cause: unknown): void {
    const what = isLineError(cause) ? 'an error on the line' : 'the device is gone';
    this.#link.fail(new FlowError(isLineError(cause) ? 'failed' : 'reset', `${this.name}: ${what}`, { cause }));
  }
}

/** The flow is over, and there is nobody left to tell. */
function ignored(): void {}

const LINE_ERRORS = ['BreakError', 'BufferOverrunError', 'FramingError', 'ParityError'];

function isLineError(error: unknown): boolean {
  return LINE_ERRORS.includes(String((error as { name?: unknown } | null)?.name));
}

function lineOptions(options: SerialFlowOptions): SerialLineOptions {
  const { name: _name, skipLineErrors: _skip, ...line } = options;
  return line as SerialLineOptions;
}

function checkPort(port: SerialPortLike, options: SerialFlowOptions): void {
  const { open, close, readable } = (port ?? {}) as Partial<SerialPortLike>;
  if (typeof open !== 'function' || typeof close !== 'function') {
    throw new TypeError(`serialFlow: port must be a SerialPort, not ${describe(port)}`);
  }
  if (readable === null && !(Number(options.baudRate) > 0)) {
    throw new TypeError(`serialFlow: baudRate must be given to open the port, not ${describe(options.baudRate)}`);
  }
}
