import { EMPTY, type Observable, take, throwError } from 'rxjs';
import { detachFlow } from '../../src/flow/detached.js';
import type { Flow } from '../../src/flow/flow.js';
import type { FlowError } from '../../src/flow/flow-error.js';
import { listenerLifetime, type Listening } from '../../src/flow/listener-lifetime.js';
import { flowPair } from '../../src/memory/pair.js';

describe('listenerLifetime', () => {
  it('emits a flow per connection and goes on when one of them breaks', () => {
    const listener = start();
    const [a, b] = [flowPair(), flowPair()];
    listener.accept(a[0]);
    a[1].abort();
    listener.accept(b[0]);
    expect(listener.seen).toEqual([a[0], b[0]]);
    expect(listener.stops).toBe(0);
  });

  it('stops and aborts the flows still open when it is unsubscribed from, detached ones apart', () => {
    const listener = start();
    const [open, detached, over] = [flowPair(), flowPair(), flowPair()];
    for (const [flow] of [open, detached, over]) listener.accept(flow);
    detachFlow(detached[0]);
    over[0].close();
    over[1].close();
    listener.unsubscribe();
    expect(listener.stops).toBe(1);
    expect([open, detached, over].map(([flow]) => stateOf(flow))).toEqual(['aborted', 'open', 'closed']);
  });

  it.each<[string, Observable<void>]>([
    ['closed', EMPTY],
    ['broke', throwError(() => new Error('reset'))],
  ])('lets go of a flow that has %s', (_, closed) => {
    const listener = start();
    const abort = jest.fn();
    listener.accept({ name: 'over', closed, abort } as unknown as Flow);
    listener.unsubscribe();
    expect(abort).not.toHaveBeenCalled();
  });

  it('stops and aborts its flows when listening fails', () => {
    const listener = start();
    const [flow] = flowPair();
    listener.accept(flow);
    listener.fail(new Error('no more'));
    expect(listener.seen).toEqual([flow, expect.objectContaining({ message: 'no more' })]);
    expect(listener.stops).toBe(1);
    expect(stateOf(flow)).toBe('aborted');
  });

  it('aborts a flow that comes after the end', () => {
    const listener = start();
    const [flow] = flowPair();
    listener.unsubscribe();
    listener.accept(flow);
    expect(listener.seen).toEqual([]);
    expect(stateOf(flow)).toBe('aborted');
  });

  it('stops what it started when enough came while it was starting', () => {
    let stops = 0;
    const [flow] = flowPair();
    listenerLifetime<Flow>(({ accept }) => {
      accept(flow);
      return () => void (stops += 1);
    })
      .pipe(take(1))
      .subscribe();
    expect(stops).toBe(1);
    expect(stateOf(flow)).toBe('aborted');
  });
});

interface Started extends Listening<Flow> {
  readonly seen: unknown[];
  readonly stops: number;
  unsubscribe(): void;
}

function start(): Started {
  const seen: unknown[] = [];
  let stops = 0;
  let reports: Listening<Flow> | undefined;
  const subscription = listenerLifetime<Flow>((listening) => {
    reports = listening;
    return () => void (stops += 1);
  }).subscribe({ next: (flow) => seen.push(flow), error: (error: unknown) => seen.push(error) });
  return {
    ...(reports as Listening<Flow>),
    seen,
    get stops() {
      return stops;
    },
    unsubscribe: () => subscription.unsubscribe(),
  };
}

function stateOf(flow: Flow): string {
  let state = 'open';
  flow.closed
    .subscribe({
      error: (error: unknown) => (state = (error as FlowError).code),
      complete: () => (state = 'closed'),
    })
    .unsubscribe();
  return state;
}
