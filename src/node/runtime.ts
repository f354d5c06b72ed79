/** Deno and Bun have the interfaces of Node's modules, but not all of their ways. */
import { throwError, type Observable } from 'rxjs';
import { FlowError } from '../flow/flow-error.js';

export const IS_NODE = process.versions['bun'] === undefined && process.versions['deno'] === undefined;

/** `source` on Node; elsewhere it errors with `unsupported`, and nothing is begun. For what would lose data there without a word. */
export function onNode<T>(name: string, module: string, source: Observable<T>): Observable<T> {
  if (IS_NODE) return source;
  return throwError(() => needsNode(name, module));
}

export function needsNode(name: string, module: string): FlowError {
  return new FlowError('unsupported', `${name}: needs Node: by this runtime's ${module} a cut can look like an end`);
}
