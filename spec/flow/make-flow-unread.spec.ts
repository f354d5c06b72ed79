import { FlowError } from '../../src/flow/flow-error.js';
import { makeFlow } from '../../src/flow/make-flow.js';
import type { Flow } from '../../src/flow/flow.js';
import type { FlowLink } from '../../src/flow/transport.js';

const bytes = (text: string) => new TextEncoder().encode(text);

/** A flow whose transport pushes though nobody reads, and the link to push with. */
function pushedFlow(config: { readonly maxQueuedBytes?: number } = {}): { flow: Flow; link: FlowLink } {
  let link!: FlowLink;
  const flow = makeFlow({
    ...config,
    name: 'pushed',
    open: (engine) => {
      link = engine;
    },
    write: () => true,
    end: () => link.finished(),
    abort: () => undefined,
  });
  return { flow, link };
}

function readAll(flow: Flow): string[] {
  const log: string[] = [];
  flow.read().subscribe({
    next: (buffer) => log.push(new TextDecoder().decode(buffer)),
    error: (error: unknown) => log.push(`#${(error as FlowError).code}`),
    complete: () => log.push('|'),
  });
  return log;
}

describe('a flow whose transport pushed more than its high-water mark before anybody read', () => {
  it.each([{}, { maxQueuedBytes: 100 }])('gives all that had arrived before the failure, with %p', (config) => {
    const { flow, link } = pushedFlow(config);
    link.push(bytes('first'));
    link.push(bytes('second'));
    link.fail(new FlowError('reset', 'pushed: reset'));
    expect(readAll(flow)).toEqual(['first', 'second', '#reset']);
  });

  it('closes once the end has arrived, and keeps what is unread readable', () => {
    const { flow, link } = pushedFlow();
    link.push(bytes('unread'));
    link.end();
    const log: string[] = [];
    flow.close().subscribe({ complete: () => log.push('closed') });
    expect(log).toEqual(['closed']);
    expect(readAll(flow)).toEqual(['unread', '|']);
  });
});
