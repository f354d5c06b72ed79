import { take } from 'rxjs';
import type { Flow } from '../../src/flow/flow.js';
import type { FlowError } from '../../src/flow/flow-error.js';
import { detachFlow } from '../../src/flow/detached.js';
import { flowLifetime, type Opening } from '../../src/flow/flow-lifetime.js';
import { flowPair } from '../../src/memory/pair.js';

describe('flowLifetime', () => {
  it('opens nothing before it is subscribed to, and opens once per subscription', () => {
    let opened = 0;
    const flows = flowLifetime<Flow>(() => {
      opened += 1;
      return undefined;
    });
    expect(opened).toBe(0);
    flows.subscribe();
    flows.subscribe();
    expect(opened).toBe(2);
  });

  it('emits the flow and completes when it has closed', () => {
    const [near, far] = flowPair();
    const seen = watch((opening) => opening.ready(near));
    expect(seen).toEqual([near]);
    near.close();
    far.close();
    expect(seen).toEqual([near, 'complete']);
  });

  it('errors when the flow breaks', () => {
    const [near, far] = flowPair();
    const seen = watch((opening) => opening.ready(near));
    far.abort();
    expect(seen).toEqual([near, expect.objectContaining({ code: 'reset' })]);
  });

  it('errors when there is no flow to be had', () => {
    expect(watch((opening) => opening.fail(new Error('no')))).toEqual([expect.objectContaining({ message: 'no' })]);
  });

  it('aborts the flow when it is unsubscribed from, also inside the emission', () => {
    const [near, far] = flowPair();
    flowLifetime<Flow>(({ ready }) => {
      ready(near);
      return undefined;
    })
      .pipe(take(1))
      .subscribe();
    expect(codeOf(near)).toBe('aborted');
    expect(codeOf(far)).toBe('reset');
  });

  it('leaves a detached flow alone', () => {
    const [near] = flowPair();
    const subscription = flowLifetime<Flow>(({ ready }) => {
      ready(near);
      return undefined;
    }).subscribe((flow) => detachFlow(flow));
    subscription.unsubscribe();
    expect(codeOf(near)).toBe('open');
  });

  it('cancels an attempt in progress once, and aborts a flow that comes after that', () => {
    const [near] = flowPair();
    let cancelled = 0;
    let late: Opening<Flow> | undefined;
    const subscription = flowLifetime<Flow>((opening) => {
      late = opening;
      return () => void (cancelled += 1);
    }).subscribe();
    subscription.unsubscribe();
    expect(cancelled).toBe(1);
    late?.ready(near);
    expect(codeOf(near)).toBe('aborted');
  });

  it('ends an attempt that gave it nothing to cancel', () => {
    const subscription = flowLifetime<Flow>(() => undefined).subscribe();
    expect(() => subscription.unsubscribe()).not.toThrow();
  });

  it('emits the first flow alone, and aborts one that comes after it', () => {
    const [first, second] = [flowPair()[0], flowPair()[0]];
    const seen = watch(({ ready }) => {
      ready(first);
      ready(second);
    });
    expect(seen).toEqual([first]);
    expect([codeOf(first), codeOf(second)]).toEqual(['open', 'aborted']);
  });

  it('takes no notice of a failure after the flow is there', () => {
    const [near] = flowPair();
    const seen = watch(({ ready, fail }) => {
      ready(near);
      fail(new Error('too late'));
    });
    expect(seen).toEqual([near]);
    expect(codeOf(near)).toBe('open');
  });

  it('does not cancel an attempt that succeeded or failed', () => {
    const [near] = flowPair();
    let cancelled = 0;
    for (const settle of [(o: Opening<Flow>) => o.ready(near), (o: Opening<Flow>) => o.fail(new Error('no'))]) {
      const subscription = flowLifetime<Flow>((opening) => {
        settle(opening);
        return () => void (cancelled += 1);
      }).subscribe({ error: () => {} });
      subscription.unsubscribe();
    }
    expect(cancelled).toBe(0);
  });
});

function watch(settle: (opening: Opening<Flow>) => void): unknown[] {
  const seen: unknown[] = [];
  flowLifetime<Flow>((opening) => {
    settle(opening);
    return undefined;
  }).subscribe({
    next: (flow) => seen.push(flow),
    error: (error: unknown) => seen.push(error),
    complete: () => seen.push('complete'),
  });
  return seen;
}

/** How a flow stands: `open`, `closed`, or the code of its breakage. */
function codeOf(flow: Flow): string {
  let code = 'open';
  flow.closed
    .subscribe({
      error: (error: unknown) => (code = (error as FlowError).code),
      complete: () => (code = 'closed'),
    })
    .unsubscribe();
  return code;
}
