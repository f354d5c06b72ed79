import { firstValueFrom, of, take } from 'rxjs';
import { collect } from '../../src/combinators/collect.js';
import type { Flow } from '../../src/flow/flow.js';
import { utf8 } from '../../src/flow/utf8.js';
import { serialFlow } from '../../src/web/serial-flow.js';
import { endOf, failureOf, watch } from '../node/support/settled.js';
import { describeConformance } from '../support/run-conformance.js';
import { concat, pattern } from './support/bytes.js';
import { FakeSerialPort } from './support/fake-serial-port.js';
import { nullModem } from './support/null-modem.js';

describeConformance('a serial line', {
  sides: 'a→b',
  create: () => of(nullModem()),
  capabilities: { peer: 'nobody at the far end of a serial line answers close()', reset: 'a serial line has no reset' },
});

const OPTIONS = { baudRate: 115200 };
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('serialFlow', () => {
  it('opens a port that is closed, with the line’s options alone', async () => {
    const port = new FakeSerialPort();
    const flow = serialFlow(port, { ...OPTIONS, parity: 'even', name: 'gps', skipLineErrors: true });
    await settled();
    expect(port.log).toEqual(['open {"baudRate":115200,"parity":"even"}']);
    expect(flow.name).toBe('gps');
    flow.abort();
  });

  it('takes a port that is open as it is', async () => {
    const port = new FakeSerialPort();
    await port.open(OPTIONS);
    const flow = serialFlow(port);
    port.send(utf8('hello'));
    expect(await firstValueFrom(flow.read())).toEqual(utf8('hello'));
    expect(port.log).toEqual([expect.stringMatching(/^open/)]);
    flow.abort();
  });

  it('writes what was written before it was open, in order', async () => {
    const port = new FakeSerialPort();
    const flow = serialFlow(port, OPTIONS);
    const results = [flow.write(utf8('one')), flow.write(utf8('two'))].map(watch);
    expect(results.map(({ values }) => values)).toEqual([[], []]);
    for (const { ended } of results) await ended;
    expect(port.written).toEqual([utf8('one'), utf8('two')]);
    flow.abort();
  });

  it('asks the port for nothing before it is read, and for one chunk at a time', async () => {
    const port = new FakeSerialPort();
    const flow = serialFlow(port, OPTIONS);
    await settled();
    expect(port.pulls).toBe(0);
    const reading = watch(flow.read().pipe(take(1)));
    await settled();
    expect(port.pulls).toBe(1);
    port.send(utf8('one'));
    await reading.ended;
    await settled();
    expect(port.pulls).toBe(1);
    flow.abort();
  });

  it('accepts a write once the port has taken it: a device that stalls holds one buffer', async () => {
    const port = new FakeSerialPort();
    port.stalls = true;
    const flow = serialFlow(port, OPTIONS);
    const results = Array.from({ length: 4096 }, () => watch(flow.write(new Uint8Array(65536))));
    await settled();
    expect([port.written.length, results.filter(({ values }) => values.length > 0).length]).toEqual([0, 0]);
    flow.abort();
    for (const { ended } of results) await ended;
  });

  describe('the end', () => {
    it('cancels and closes the streams, releases both, then closes the port', async () => {
      const port = new FakeSerialPort();
      const flow = serialFlow(port, OPTIONS);
      const reading = watch(flow.read());
      flow.write(utf8('last'));
      await firstValueFrom(flow.close());
      expect(port.written).toEqual([utf8('last')]);
      expect(port.log.slice(1).sort()).toEqual(['cancel', 'close', 'close writable']);
      expect(port.log.at(-1)).toBe('close');
      expect(await reading.ended).toBe('complete');
      expect(await endOf(flow)).toBe('complete');
    });

    it('leaves reading open after shutdown(write), and writing after shutdown(read)', async () => {
      const port = new FakeSerialPort();
      const flow = serialFlow(port, OPTIONS);
      await firstValueFrom(flow.shutdown('write'));
      port.send(utf8('still'));
      expect(await firstValueFrom(flow.read())).toEqual(utf8('still'));
      await firstValueFrom(flow.shutdown('read'));
      expect(await endOf(flow)).toBe('complete');
      expect(port.log.at(-1)).toBe('close');

      const other = new FakeSerialPort();
      const writing = serialFlow(other, OPTIONS);
      writing.shutdown('read');
      expect(await firstValueFrom(writing.write(utf8('still')))).toEqual({ ok: true });
      writing.abort();
    });

    it.each([
      ['while it reads', (flow: Flow) => watch(flow.read())],
      ['while it writes', (flow: Flow) => watch(flow.write(utf8('stalled')))],
      ['before it is open', () => undefined],
    ])('aborts %s: the port is closed all the same', async (when, doing) => {
      const port = new FakeSerialPort();
      port.stalls = true;
      const flow = serialFlow(port, OPTIONS);
      doing(flow);
      if (when !== 'before it is open') await settled();
      flow.abort();
      while (port.log.at(-1) !== 'close') await settled();
      expect(port.log).toContain('abort writable');
      expect(await endOf(flow)).toBe('aborted');
    });

    it('is reset when the device is pulled out, though nobody reads or writes', async () => {
      const port = new FakeSerialPort();
      const flow = serialFlow(port, OPTIONS);
      await settled();
      port.unplug();
      expect(await endOf(flow)).toBe('reset');
    });

    it('is reset when the device is pulled out, with its pending writes', async () => {
      const port = new FakeSerialPort();
      port.stalls = true;
      const flow = serialFlow(port, { ...OPTIONS, name: 'gps' });
      const reading = watch(flow.read());
      const result = watch(flow.write(utf8('stalled')));
      await settled();
      port.unplug();
      expect(await reading.ended).toMatchObject({ code: 'reset', message: 'gps: the device is gone', cause: { name: 'NetworkError' } });
      await result.ended;
      expect(result.values).toMatchObject([{ ok: false, error: { code: 'reset' } }]);
    });

    it.each(['readable', 'writable'] as const)('is refused when its %s is taken as it opens, and leaves the port as it was', async (side) => {
      const port = new FakeSerialPort();
      const open = port.open.bind(port);
      port.open = async (options) => {
        await open(options);
        const stream = port[side]!;
        if (stream instanceof ReadableStream) stream.getReader();
        else stream.getWriter();
        port.close = () => Promise.resolve(void port.log.push('close'));
      };
      const flow = serialFlow(port, { ...OPTIONS, name: 'gps' });
      expect(await failureOf(flow.closed)).toMatchObject({ code: 'refused', message: 'gps: the port cannot be opened', cause: { name: 'TypeError' } });
      const other = side === 'readable' ? port.writable : port.readable;
      expect([other?.locked, port.log.at(-1)]).toEqual([false, 'close']);
    });

    it('is refused when the port cannot be opened, and closes nothing', async () => {
      const port = new FakeSerialPort();
      port.refusal = new DOMException('in use', 'NetworkError');
      const flow = serialFlow(port, { ...OPTIONS, name: 'gps' });
      const result = watch(flow.write(utf8('early')));
      expect(await failureOf(flow.read())).toMatchObject({ code: 'refused', message: 'gps: the port cannot be opened', cause: port.refusal });
      await result.ended;
      expect([result.values, port.log]).toMatchObject([[{ ok: false, error: { code: 'refused' } }], []]);
    });
  });

  describe.each(['BreakError', 'BufferOverrunError', 'FramingError', 'ParityError'])('a %s on the line', (name) => {
    it('fails the flow: bytes were lost', async () => {
      const port = new FakeSerialPort();
      const flow = serialFlow(port, OPTIONS);
      const reading = watch(flow.read());
      await settled();
      port.lineError(name);
      expect(await reading.ended).toMatchObject({ code: 'failed', cause: { name } });
    });

    it('is skipped where asked', async () => {
      const port = new FakeSerialPort();
      const flow = serialFlow(port, { ...OPTIONS, skipLineErrors: true });
      const reading = watch(flow.read().pipe(take(2), collect()));
      await settled();
      port.send(pattern(3));
      await settled();
      port.lineError(name);
      await settled();
      port.send(pattern(3, 3));
      expect(await reading.ended).toBe('complete');
      expect(concat(reading.values)).toEqual(pattern(6));
      flow.abort();
    });
  });

  it.each([
    [undefined, OPTIONS, 'serialFlow: port must be a SerialPort, not undefined'],
    [{ open: 7 }, OPTIONS, 'serialFlow: port must be a SerialPort, not an object'],
    [new FakeSerialPort(), null, 'serialFlow: options must be an object, not null'],
    [new FakeSerialPort(), {}, 'serialFlow: baudRate must be given to open the port, not undefined'],
    [new FakeSerialPort(), { baudRate: 'fast' }, 'serialFlow: baudRate must be given to open the port, not a string'],
  ])('throws a TypeError for %p with %p', (port, options, message) => {
    expect(() => serialFlow(port as never, options as never)).toThrow(new TypeError(message));
  });
});
