/** What the demo sends and where it puts what comes back: real files, in a folder that goes when the demo does. */
import { createHash, randomFillSync } from 'node:crypto';
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

export class DemoFiles {
  readonly #folder = mkdtempSync(join(tmpdir(), 'rxjs-flow-demo-'));
  readonly sent = join(this.#folder, 'sent');
  readonly received = join(this.#folder, 'received');
  readonly #removed = new AbortController();

  constructor() {
    process.once('exit', () => this.remove()); // also by `process.exit`, as when nobody reads the output any more
  }

  /** Fills the file to send with noise. */
  async make(sizeBytes: number): Promise<void> {
    const file = await open(this.sent, 'wx');
    try {
      for (let left = sizeBytes; left > 0 && !this.#removed.signal.aborted; left -= BLOCK) {
        await file.write(randomFillSync(new Uint8Array(Math.min(left, BLOCK))));
      }
    } finally {
      await file.close();
    }
  }

  async sha256(file: string): Promise<string> {
    const hash = createHash('sha256');
    await pipeline(createReadStream(file, { highWaterMark: BLOCK }), hash, { signal: this.#removed.signal });
    return hash.digest('hex');
  }

  /** At once, so that nothing is left behind however the demo ends; what is still being done with them stops. */
  remove(): void {
    this.#removed.abort();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const BLOCK = 1024 * 1024;
