import fc from 'fast-check';
import { firstValueFrom, of } from 'rxjs';
import { collect } from '../../src/combinators/collect.js';
import type { Flow } from '../../src/flow/flow.js';
import { utf8 } from '../../src/flow/utf8.js';
import { dataChannelFlow, type DataChannelFlowOptions } from '../../src/web/data-channel-flow.js';
import { endOf, failureOf, watch } from '../node/support/settled.js';
import { describeConformance } from '../support/run-conformance.js';
import { concat, pattern } from './support/bytes.js';
import { channelPair, FakeDataChannel } from './support/fake-data-channel.js';

function connected(options: DataChannelFlowOptions = {}): [Flow, Flow] {
  const [near, far] = channelPair();
  return [dataChannelFlow(near, options), dataChannelFlow(far, options)];
}

describeConformance('data channels', {
  sides: 'a→b',
  create: () => of(connected()),
  capabilities: { backpressure: 'the API cannot make the far side wait: what is unread waits here up to maxQueuedBytes, then overflow' },
});

function alone(options: DataChannelFlowOptions = {}) {
  const channel = new FakeDataChannel();
  return { channel, flow: dataChannelFlow(channel, { name: 'channel', ...options }) };
}

describe('dataChannelFlow', () => {
  it('sends writes as messages of at most maxMessageBytes, only the view, then eof', () => {
    const { channel, flow } = alone({ maxMessageBytes: 4 });
    flow.write(pattern(100).subarray(10, 16));
    flow.write(new Uint8Array(new SharedArrayBuffer(1)));
    flow.shutdown('write');
    expect(channel.sent).toEqual([pattern(4, 10).buffer, pattern(2, 14).buffer, new ArrayBuffer(1), 'eof']);
    expect(channel.readyState).toBe('open');
  });

  it('takes array buffers, and asks for the event that says when it may go on', () => {
    const { channel } = alone({ highWaterMark: 1000 });
    expect([channel.binaryType, channel.bufferedAmountLowThreshold]).toEqual(['arraybuffer', 1000]);
  });

  it('keeps a write pending above the mark, until the channel says that it has drained', async () => {
    const { channel, flow } = alone({ highWaterMark: 10 });
    const results = [flow.write(pattern(11)), flow.write(pattern(5)), flow.write(pattern(5))].map(watch);
    expect(results.map(({ values }) => values.length)).toEqual([1, 0, 0]);
    for (const { ended } of results) await ended;
    expect(channel.sent).toHaveLength(3);
  });

  it('holds no more than the mark of 256 MiB for a channel that stalls', () => {
    const { channel, flow } = alone();
    Object.defineProperty(channel, 'send', {
      value: (data: Uint8Array) => {
        channel.bufferedAmount += data.length;
      },
    });
    const block = new Uint8Array(65536);
    const accepted = Array.from({ length: 4096 }, () => watch(flow.write(block))).filter(({ values }) => values.length > 0).length;
    expect(accepted).toBe(17);
    flow.abort();
  });

  it('sends each write at once to a channel that does not count what waits in it, and ends in order when that is cut', async () => {
    const { channel, flow } = alone({ highWaterMark: 10 });
    Object.defineProperty(channel, 'bufferedAmount', { get: () => undefined, set: () => undefined });
    const results = [flow.write(pattern(11)), flow.write(pattern(5))].map(watch);
    expect(results.map(({ values }) => values)).toEqual([[{ ok: true }], [{ ok: true }]]);
    channel.tell('message', { data: 'eof' });
    flow.shutdown('write');
    expect(channel.sent).toEqual([pattern(11).buffer, pattern(5).buffer, 'eof']);
    channel.end();
    expect(await endOf(flow)).toBe('complete');
  });

  it('waits until a connecting channel is open, and ends after it', () => {
    const channel = new FakeDataChannel();
    channel.readyState = 'connecting';
    const flow = dataChannelFlow(channel);
    flow.write(utf8('early'));
    flow.shutdown('write');
    expect(channel.sent).toEqual([]);
    channel.readyState = 'open';
    channel.tell('open');
    expect(channel.sent).toEqual([utf8('early').buffer, 'eof']);
  });

  it('breaks with overflow when more waits than may; nothing is lost before', async () => {
    const { channel, flow } = alone({ maxQueuedBytes: 100 });
    for (let at = 0; at < 150; at += 50) channel.tell('message', { data: pattern(50, at).buffer });
    const reading = watch(flow.read());
    expect(await reading.ended).toMatchObject({ code: 'overflow' });
    expect(concat(reading.values)).toEqual(pattern(100));
    expect(channel.sent).toEqual(['reset']);
  });

  it.each([['SECRET'], [null], [new Blob(['SECRET'])], [7]])('breaks with protocol for the message %p', async (data) => {
    const { channel, flow } = alone();
    channel.tell('message', { data });
    const failure = await failureOf(flow.closed);
    expect(failure).toMatchObject({ code: 'protocol', message: expect.stringMatching(/^channel: (?!.*SECRET)/) });
  });

  describe('the end', () => {
    it('closes the channel once both have said eof', async () => {
      const [near, far] = channelPair();
      const flows = [dataChannelFlow(near), dataChannelFlow(far)];
      await Promise.all(flows.map((flow) => firstValueFrom(flow.close())));
      expect([near.readyState, far.readyState]).not.toContain('open');
    });

    it('is over when the channel has closed, with all that it had buffered, and not before', async () => {
      const [near, far] = channelPair();
      const [flow, peer] = [dataChannelFlow(near), dataChannelFlow(far)];
      peer.shutdown('write');
      await firstValueFrom(flow.read().pipe(collect()));
      flow.write(pattern(100_000));
      await firstValueFrom(flow.close());
      expect([near.readyState, near.bufferedAmount]).toEqual(['closed', 0]);
    });

    it('is reset when the channel is cut with bytes unsent, though both have said eof', async () => {
      const { channel, flow } = alone();
      channel.tell('message', { data: 'eof' });
      flow.write(pattern(5));
      const closing = watch(flow.close());
      channel.end();
      expect(await closing.ended).toMatchObject({ code: 'reset', message: 'channel: the channel was closed, 8 bytes were not sent' });
    });

    it('is reset when the channel closes before eof, after the data, with the pending writes', async () => {
      const { channel, flow } = alone({ highWaterMark: 1 });
      const results = [flow.write(pattern(5)), flow.write(pattern(5))].map(watch);
      channel.tell('message', { data: pattern(3).buffer });
      channel.end();
      const reading = watch(flow.read());
      expect(await reading.ended).toMatchObject({ code: 'reset' });
      expect(reading.values).toEqual([pattern(3)]);
      await results[1]!.ended;
      expect(results[1]!.values).toMatchObject([{ ok: false, error: { code: 'reset' } }]);
    });

    it('is reset, and no shutdown in order, where the channel is closing and takes no eof any more', async () => {
      const { channel, flow } = alone();
      channel.tell('message', { data: 'eof' });
      channel.readyState = 'closing';
      const shutdown = watch(flow.shutdown('write'));
      expect(channel.sent).toEqual([]);
      channel.end();
      expect(await shutdown.ended).toMatchObject({ code: 'reset' });
      expect(await endOf(flow)).toBe('reset');
    });

    it('has an error of the channel as its cause', async () => {
      const { channel, flow } = alone();
      const cause = new Error('SCTP abort');
      channel.tell('error', { error: cause });
      expect(await failureOf(flow.closed)).toMatchObject({ code: 'reset', cause });
    });

    it('fails at once for a channel that is closed already', async () => {
      const channel = new FakeDataChannel();
      channel.end();
      expect(await endOf(dataChannelFlow(channel))).toBe('closed');
    });

    it.each([
      ['data', pattern(3).buffer],
      ['another eof', 'eof'],
    ])('is a breach of the protocol when %s comes after the far side’s eof; what was read before stays whole', async (_, data) => {
      const { channel, flow } = alone({ highWaterMark: 1 });
      const results = [flow.write(pattern(5)), flow.write(pattern(5))].map(watch);
      channel.tell('message', { data: pattern(3).buffer });
      channel.tell('message', { data: 'eof' });
      channel.tell('message', { data });
      expect(await failureOf(flow.closed)).toMatchObject({ code: 'protocol', message: expect.stringMatching(/^channel: more came after the eof$/) });
      expect(results[1]!.values).toMatchObject([{ ok: false, error: { code: 'protocol' } }]);
      const reading = watch(flow.read());
      expect(await reading.ended).toBe('complete');
      expect(reading.values).toEqual([pattern(3)]);
      expect(channel.sent.at(-1)).toBe('reset');
    });

    it('is an end in order when data that nobody wants comes before the eof', async () => {
      const { channel, flow } = alone();
      flow.shutdown('read');
      channel.tell('message', { data: pattern(3).buffer });
      channel.tell('message', { data: 'eof' });
      flow.shutdown('write');
      expect(await endOf(flow)).toBe('complete');
    });
  });

  describe('a channel that throws', () => {
    const full = new DOMException('queue full', 'OperationError');
    const fullAfter = (channel: FakeDataChannel, messages: number) => {
      const send = channel.send.bind(channel);
      channel.send = (data: string | Uint8Array) => {
        if (channel.sent.length === messages) throw full;
        send(data);
      };
    };

    it('refuses the write and breaks the flow, with what it threw as the cause', async () => {
      const { channel, flow } = alone();
      fullAfter(channel, 0);
      const reading = watch(flow.read());
      const failure = { code: 'failed', message: 'channel: could not go on', cause: full };
      expect(watch(flow.write(pattern(5))).values).toMatchObject([{ ok: false, error: failure }]);
      expect(await reading.ended).toMatchObject(failure);
      expect(await failureOf(flow.closed)).toMatchObject(failure);
      expect(channel.readyState).not.toBe('open');
    });

    it('when it has drained, refuses the write that waited for that, and sends nothing after the gap', async () => {
      const { channel, flow } = alone({ highWaterMark: 10, maxMessageBytes: 11 });
      fullAfter(channel, 1);
      const results = [flow.write(pattern(33)), flow.write(pattern(5))].map(watch);
      expect(results.map(({ values }) => values)).toEqual([[], []]);
      expect(await failureOf(flow.closed)).toMatchObject({ code: 'failed', cause: full });
      for (const { values } of results) expect(values).toMatchObject([{ ok: false, error: { code: 'failed', cause: full } }]);
      expect(channel.sent).toEqual([pattern(11).buffer]);
    });

    it('at eof, fails the shutdown', async () => {
      const { channel, flow } = alone();
      fullAfter(channel, 0);
      expect(await failureOf(flow.shutdown('write'))).toMatchObject({ code: 'failed', cause: full });
      expect(await endOf(flow)).toBe('failed');
    });

    it('when it is closed, fails the end', async () => {
      const { channel, flow } = alone();
      channel.close = () => {
        throw full;
      };
      channel.tell('message', { data: 'eof' });
      expect(await failureOf(flow.close())).toMatchObject({ code: 'failed', cause: full });
    });

    it('is aborted all the same', async () => {
      const { channel, flow } = alone();
      fullAfter(channel, 0);
      channel.close = () => {
        throw full;
      };
      flow.abort();
      expect(await endOf(flow)).toBe('aborted');
    });
  });

  it('carries any bytes, cut in any way', async () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(chunks, fc.integer({ min: 1, max: 400 }), async (written, maxMessageBytes) => {
        const [near, far] = connected({ maxMessageBytes, highWaterMark: 100 });
        const read = firstValueFrom(far.read().pipe(collect()));
        for (const chunk of written) near.write(chunk);
        near.shutdown('write');
        expect(concat([await read])).toEqual(concat(written));
        near.abort();
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    [undefined, 'dataChannelFlow: channel must be an RTCDataChannel, not undefined'],
    [{ send: 7 }, 'dataChannelFlow: channel must be an RTCDataChannel, not an object'],
    [
      Object.assign(new FakeDataChannel(), { ordered: false }),
      'dataChannelFlow: channel must be ordered and reliable, not one that may reorder or lose messages',
    ],
    [
      Object.assign(new FakeDataChannel(), { maxRetransmits: 0 }),
      'dataChannelFlow: channel must be ordered and reliable, not one that may reorder or lose messages',
    ],
  ])('throws a TypeError for what is no such channel', (channel, message) => {
    expect(() => dataChannelFlow(channel as never)).toThrow(new TypeError(message));
  });

  it.each([
    [{ maxMessageBytes: NaN }, 'dataChannelFlow: maxMessageBytes must be a whole number of at least 1, not number NaN'],
    [{ maxMessageBytes: 0 }, 'dataChannelFlow: maxMessageBytes must be a whole number of at least 1, not number 0'],
    [{ highWaterMark: -1 }, 'dataChannelFlow: highWaterMark must be a whole number of at least 1, not number -1'],
    [{ maxQueuedBytes: null }, 'dataChannelFlow: maxQueuedBytes must be a whole number of at least 1, not null'],
    [null, 'dataChannelFlow: options must be an object, not null'],
  ])('throws a TypeError for %p', (options, message) => {
    expect(() => dataChannelFlow(new FakeDataChannel(), options as never)).toThrow(new TypeError(message));
  });
});
