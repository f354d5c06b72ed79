/** What a transfer of 1 GiB into a consumer slower than its producer adds to the process: it should be next to nothing. */
import { firstValueFrom, lastValueFrom, map, timer } from 'rxjs';
import { copy, drainMap, flowPair, fromGenerator, proxy, type Flow } from 'rxjs-flow';
import { tcpFlowPair } from './tcp-ends.js';

const BYTES = 2 ** 30;
const CHUNK = 64 * 1024;
/** The consumer stops for a millisecond after every so many bytes. */
const STALL_EVERY = 8 * 2 ** 20;
const LIMIT_MIB = 64;

export async function report(): Promise<void> {
  console.log('\nmemory: growth of the process over 1 GiB into a consumer slower than its producer');
  const [near, far] = flowPair();
  await measure('flowPair, copy', near, far);
  const direct = await tcpFlowPair();
  await measure('TCP, copy', direct.client, direct.server);
  await direct.stop();
  await measureProxy();
}

async function measure(name: string, producerEnd: Flow, consumerEnd: Flow): Promise<void> {
  const consumed = consume(consumerEnd);
  const before = resident();
  let peak = before;
  await lastValueFrom(copy(chunks(() => (peak = Math.max(peak, resident()))), producerEnd));
  await firstValueFrom(producerEnd.shutdown('write'));
  const bytes = await consumed;
  if (bytes !== BYTES) throw new Error(`${name}: ${bytes} bytes came`);
  print(name, before, Math.max(peak, resident()));
}

async function measureProxy(): Promise<void> {
  const [front, back] = [await tcpFlowPair(), await tcpFlowPair()];
  proxy(front.server, back.client).subscribe({ error: () => undefined });
  await measure('TCP through proxy', front.client, back.server);
  await Promise.all([front.stop(), back.stop()]);
}

/** Fresh buffers, as a real source gives. */
function chunks(sample: () => void): Flow {
  return fromGenerator({
    *input() {
      for (let sent = 0; sent < BYTES; sent += CHUNK) {
        if (sent % STALL_EVERY === 0) sample();
        yield new Uint8Array(CHUNK);
      }
    },
  });
}

function consume(flow: Flow): Promise<number> {
  let bytes = 0;
  let stallAt = STALL_EVERY;
  const taken = flow.read().pipe(
    drainMap((buffer: Uint8Array) => {
      bytes += buffer.byteLength;
      if (bytes < stallAt) return [bytes];
      stallAt += STALL_EVERY;
      return timer(1).pipe(map(() => bytes));
    }),
  );
  return lastValueFrom(taken);
}

function resident(): number {
  return process.memoryUsage().rss;
}

function print(name: string, before: number, peak: number): void {
  const grown = (peak - before) / 2 ** 20;
  const verdict = grown < LIMIT_MIB ? 'reached' : 'missed';
  console.log(`  ${name.padEnd(20)} ${grown.toFixed(1).padStart(6)} MiB   mark: less than ${LIMIT_MIB} MiB: ${verdict}`);
}
