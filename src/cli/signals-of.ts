import { fromEvent, map, merge, share, type Observable } from 'rxjs';

/** Each of these signals that comes, by its name. While nobody is subscribed, they do to the process what they always do. */
export function signalsOf(...names: readonly NodeJS.Signals[]): Observable<NodeJS.Signals> {
  return merge(...names.map((name) => fromEvent(process, name).pipe(map(() => name)))).pipe(share());
}
