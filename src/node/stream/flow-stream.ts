/** A flow behind the face of a Node `Duplex`: what `toNodeStream` makes, and what Node's own protocols run on. */
import { Duplex } from 'node:stream';
import { Subscription, takeWhile } from 'rxjs';
import type { Flow } from '../../flow/flow.js';

const HIGH_WATER_MARK = 65536;

export class FlowStream extends Duplex {
  #reading = Subscription.EMPTY;
  #isReading = false;
  /** Whether the stream has asked for more since the last buffer. */
  #wanted = false;
  /** What has come and goes to the stream in a tick of its own, and the end behind it. */
  #arrived: Uint8Array[] = [];
  #arrivedBytes = 0;
  #end: (() => void) | null = null;
  #isDue = false;
  #failure: Error | null = null;

  constructor(
    protected readonly flow: Flow,
    options: { readonly autoDestroy?: boolean } = {},
  ) {
    super({ readableHighWaterMark: HIGH_WATER_MARK, writableHighWaterMark: HIGH_WATER_MARK, ...options });
    flow.closed.subscribe({
      // Until its end a read reports how the flow broke, behind the data that came before: also where nobody asks for any.
      error: (error: unknown) => {
        if (this.readableEnded) this.destroy(error as Error);
        else if (!this.#isReading && !this.#isDue) this.#readOn();
      },
    });
  }

  /** In a tick of its own, as what comes: reading may let the peer's writes in, whose results are listened to, and Node is at work here. */
  override _read(): void {
    this.#wanted = true;
    if (!this.#isReading) this.#deliverSoon();
  }

  override read(size?: number): unknown {
    const chunk: unknown = super.read(size);
    if (this.#failure !== null && this.readableLength === 0) this.destroy(this.#failure);
    return chunk;
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.flow.write(chunk).subscribe((result) => done(result.ok ? undefined : result.error));
  }

  /** In a tick of its own: once this has returned Node drops its queue, with whatever a peer in memory has had written meanwhile. */
  override _writev(chunks: { readonly chunk: Uint8Array }[], done: (error?: Error) => void): void {
    const buffers = chunks.map(({ chunk }) => chunk);
    process.nextTick(() => this.flow.writev(buffers).subscribe((result) => done(result.ok ? undefined : result.error)));
  }

  override _final(done: (error?: Error) => void): void {
    this.flow.shutdown('write').subscribe({ error: done, complete: () => done() });
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#reading.unsubscribe();
    const inOrder = error === null && this.readableEnded && this.writableFinished;
    if (!inOrder) this.flow.abort(error ?? undefined);
    done(error);
  }

  /** Reads until the stream has enough, which ends the subscription and loses nothing: the next one goes on from there. */
  #readOn(): void {
    let enough = false;
    this.#isReading = true;
    const isWanted = (buffer: Uint8Array) => {
      this.#arrived.push(buffer);
      this.#arrivedBytes += buffer.byteLength;
      this.#deliverSoon();
      enough = this.readableLength + this.#arrivedBytes >= HIGH_WATER_MARK;
      return !enough;
    };
    this.#reading = this.flow.read().pipe(takeWhile(isWanted)).subscribe({
      error: (error: unknown) => this.#endWith(() => this.fail(error as Error)),
      complete: () => {
        this.#isReading = false;
        if (!enough) this.#endWith(() => this.push(null));
      },
    });
  }

  /** Destroying drops what the stream has and nobody has read yet: the failure waits for that. */
  protected fail(error: Error): void {
    if (this.readableLength === 0) this.destroy(error);
    else this.#failure = error;
  }

  #endWith(end: () => void): void {
    this.#end = end;
    this.#deliverSoon();
  }

  /**
   * A flow in memory delivers inside its peer's write, and that may be one this stream's own reader has set off. Node's
   * streams never do that, and what runs on them natively (`node:http2`) does not survive it.
   */
  #deliverSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    this.soon(this.#deliver);
  }

  /** Runs it in a tick of its own. */
  protected soon(deliver: () => void): void {
    process.nextTick(deliver);
  }

  readonly #deliver = (): void => {
    const arrived = this.#arrived;
    this.#arrived = [];
    this.#arrivedBytes = 0;
    this.#isDue = false;
    if (this.destroyed) return;
    let room = true;
    for (const buffer of arrived) {
      this.#wanted = false;
      room = this.push(buffer);
    }
    if (this.#isDue) return; // more has come meanwhile, set off by a listener to this: it goes before the end
    if (this.#end !== null) this.#end();
    else if (!this.#isReading && (room || this.#wanted)) this.#readOn();
  };
}
