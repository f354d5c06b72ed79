import { of, type NextObserver } from 'rxjs';

/** Tells an observer. What it throws comes up apart, as RxJS has it, and not here. */
export function tell<T>(observer: NextObserver<T>, value: T): void {
  of(value).subscribe((one) => observer.next(one));
}
