/** The steps of a flow script, and how each is named in a message. */
import { quote } from '../difference.js';

export type Step =
  | { readonly kind: 'read'; readonly bytes: Uint8Array }
  | { readonly kind: 'write'; readonly bytes: Uint8Array }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'readError' | 'writeError'; readonly error: unknown }
  | { readonly kind: 'eof' | 'expectEof' };

/** `step 3, write("hello")`; steps are counted from 1. */
export function nameOfStep(step: Step, at: number): string {
  return `step ${at + 1}, ${callOf(step)}`;
}

function callOf(step: Step): string {
  switch (step.kind) {
    case 'read':
    case 'write':
      return `${step.kind}(${quote(step.bytes)})`;
    case 'wait':
      return `wait(${step.ms})`;
    default:
      return `${step.kind}()`;
  }
}
