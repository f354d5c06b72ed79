import { config, type Observable } from 'rxjs';
import type { FlowError } from '../../src/flow/flow-error.js';
import type { Flow } from '../../src/flow/flow.js';
import { makeFlow } from '../../src/flow/make-flow.js';
import type { FlowLink, Transport } from '../../src/flow/transport.js';

const thrown = new Error('disk full');
const fail = (): never => {
  throw thrown;
};

/** A transport in order, but for what is given. */
function flowOver(changes: Partial<Transport>): { flow: Flow; link: FlowLink; aborts: FlowError[] } {
  const aborts: FlowError[] = [];
  let link!: FlowLink;
  const flow = makeFlow({
    name: 'thrower',
    open: (engine) => (link = engine),
    write: () => true,
    end: () => link.finished(),
    abort: (error) => aborts.push(error),
    ...changes,
  });
  return { flow, link, aborts };
}

function errorOf(source: Observable<unknown>): FlowError | undefined {
  let failure: FlowError | undefined;
  source.subscribe({ error: (error: FlowError) => (failure = error) });
  return failure;
}

describe('a transport that throws', () => {
  type Case = [method: keyof Transport, act: (flow: Flow, link: FlowLink) => unknown];

  it.each<Case>([
    ['write', (flow) => flow.write(Uint8Array.of(1))],
    ['writev', (flow) => flow.writev([Uint8Array.of(1), Uint8Array.of(2)])],
    ['pull', (flow) => flow.read().subscribe({ error: () => undefined })],
    ['end', (flow) => flow.shutdown('write')],
    ['stop', (flow) => flow.shutdown('read')],
    ['free', (flow, link) => (link.end(), flow.shutdown('write'))],
  ])('breaks its flow with what %s threw', (method, act) => {
    const { flow, link, aborts } = flowOver({ [method]: fail });
    act(flow, link);
    const error = errorOf(flow.closed);
    expect([error?.code, error?.message, error?.cause]).toEqual(['failed', `thrower: ${method}() of its transport threw`, thrown]);
    expect(aborts).toEqual([error]);
  });

  it('fails the write inside which it threw, and every later one', () => {
    const { flow } = flowOver({ write: fail });
    for (const write of [flow.write(Uint8Array.of(1)), flow.write(Uint8Array.of(2))]) {
      const results: unknown[] = [];
      write.subscribe((result) => results.push(result));
      expect(results).toEqual([{ ok: false, error: errorOf(flow.closed) }]);
    }
  });

  it('fails close() with what the close hook threw, and is closed all the same', () => {
    const { flow, link } = flowOver({ close: fail });
    link.end();
    const error = errorOf(flow.close());
    expect([error?.code, error?.message, error?.cause]).toEqual(['failed', 'thrower: close() of its transport threw', thrown]);
    expect(errorOf(flow.closed)).toBeUndefined();
  });

  it('throws from open to whoever makes the flow', () => {
    expect(() => flowOver({ open: fail })).toThrow(thrown);
  });

  it('has its flow aborted, and what abort threw reported as unhandled', async () => {
    const { flow } = flowOver({ abort: fail });
    try {
      const reported = new Promise((resolve) => (config.onUnhandledError = resolve));
      flow.abort();
      expect(errorOf(flow.closed)?.code).toBe('aborted');
      expect(await reported).toBe(thrown);
    } finally {
      config.onUnhandledError = null;
    }
  });
});
