import { lastValueFrom, type Observable, throwError } from 'rxjs';
import { concrete } from '../../src/combinators/concrete.js';
import type { Flow } from '../../src/flow/flow.js';
import { FlowError, type FlowErrorCode } from '../../src/flow/flow-error.js';
import { formatError } from '../../src/flow/format-error.js';
import { makeFlow } from '../../src/flow/make-flow.js';
import { flowPair } from '../../src/memory/pair.js';
import { foreignFlow } from '../support/foreign-flow.js';

/** A concrete flow that has broken with `code`, and a write that was pending then. */
async function broken(code: FlowErrorCode) {
  const error = new FlowError(code, `line: ${code}!`);
  let fail = () => {};
  const inner = makeFlow({ name: 'line', open: (link) => (fail = () => link.fail(error)), write: () => false, end: () => {}, abort: () => {} });
  const flow = concrete(inner);
  const pending = flow.write(Uint8Array.of(1));
  fail();
  const result = await lastValueFrom(pending);
  return { flow, error, result };
}

function failures(flow: Flow): FlowError[] {
  const told = [flow.read(), flow.closed, flow.close(), flow.shutdown('write')] as Observable<unknown>[];
  const errors: FlowError[] = [];
  for (const one of told) one.subscribe({ error: (error: FlowError) => errors.push(error) });
  expect(errors.length).toBe(told.length);
  return errors;
}

describe('concrete', () => {
  it('tells every error but closed as failed, with its text and itself as the cause', async () => {
    const { flow, error, result } = await broken('reset');
    const told = failures(flow);
    if (!result.ok) told.push(result.error);
    const later = await lastValueFrom(flow.writev([Uint8Array.of(1)]));
    if (!later.ok) told.push(later.error);
    expect(told.length).toBe(6);
    for (const one of told) expect([one.code, one.message, one.cause]).toEqual(['failed', 'line: reset!', error]);
  });

  it.each(['closed', 'failed'] as const)('leaves an error of code %s as it is', async (code) => {
    const { flow, error, result } = await broken(code);
    for (const one of failures(flow)) expect(one).toBe(error);
    expect(result).toEqual({ ok: false, error });
  });

  it('tells an error without a code by its text', async () => {
    const cause = new TypeError('odd thing', { cause: new Error('behind it') });
    const foreign = { ...foreignFlow(flowPair()[0]), read: () => throwError(() => cause) };
    const told = await lastValueFrom(concrete(foreign).read()).catch((e: unknown) => e);
    expect(formatError(told)).toMatch(/^failed: odd thing \(cause: behind it\)/);
  });

  it('leaves accepted writes and data alone', async () => {
    const [a, b] = flowPair();
    const got: Uint8Array[] = [];
    b.read().subscribe((buffer) => got.push(buffer));
    const buffer = Uint8Array.of(1, 2);
    expect(await lastValueFrom(concrete(a).write(buffer))).toEqual({ ok: true });
    expect(got[0]).toBe(buffer);
  });
});
