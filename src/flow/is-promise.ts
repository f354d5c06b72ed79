/** Whether `value` is a promise, of whatever library or realm: something with a `then`. */
export function isPromise<T>(value: unknown): value is PromiseLike<T> {
  return typeof (value as Partial<PromiseLike<T>> | null | undefined)?.then === 'function';
}
