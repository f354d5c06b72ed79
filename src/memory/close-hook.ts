/** The `close` hook of function-based flows: run once, on close() or when the flow breaks, and waited for. */
import { defer, EMPTY, type ObservableInput } from 'rxjs';
import type { FlowError } from '../flow/flow-error.js';
import { failureOf } from './failure-of.js';

/** Frees what the functions of a flow used. A Promise or an Observable that it answers is waited for. */
export type CloseHook = (() => void) | (() => ObservableInput<unknown>);

/** Runs the hook, if there is one; `done` is called once it has ended, with the failure if it failed. */
export function runHook(name: string, hook: CloseHook | undefined, done: (failure?: FlowError) => void): void {
  if (hook === undefined) {
    done();
    return;
  }
  defer(() => {
    const answer: unknown = hook();
    return isWaitedFor(answer) ? answer : EMPTY;
  }).subscribe({
    error: (cause: unknown) => done(failureOf(`${name}: the close hook failed`, cause)),
    complete: () => done(),
  });
}

/** Anything else, as what an arrow function happens to answer, is no promise of a later end. */
function isWaitedFor(answer: unknown): answer is ObservableInput<unknown> {
  if (typeof answer !== 'object' || answer === null) return false;
  return 'then' in answer || 'subscribe' in answer || Symbol.asyncIterator in answer;
}
