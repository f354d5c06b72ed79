import { map, merge, mergeMap, NEVER, Observable, of, share, Subject, take, tap, type Subscriber } from 'rxjs';
import { isStopped, leadsTo } from '../../src/flow/subscriber-chain.js';

/** The subscriber that `chain` makes its source subscribe with. */
function subscriberOf(chain: (source: Observable<number>) => Observable<unknown>, observer: object): Subscriber<number> {
  let first!: Subscriber<number>;
  chain(new Observable<number>((subscriber) => (first = subscriber))).subscribe(observer);
  return first;
}

const through = (source: Observable<number>) => source.pipe(map((n) => n), mergeMap((n) => of(n)), tap(), take(5));

describe('isStopped', () => {
  it('sees from the first subscriber of a chain that a later one has completed', () => {
    const subscriber = subscriberOf((source) => source.pipe(map((n) => n), take(1)), { complete: () => answers.push(isStopped(subscriber)) });
    const answers = [isStopped(subscriber)];
    subscriber.next(1);
    expect(answers).toEqual([false, true]);
  });

  it.each([null, undefined, {}, { destination: {} }])('says no of %p', (one) => expect(isStopped(one)).toBe(false));

  it('does not go round in circles', () => {
    const circle: { destination?: unknown } = {};
    circle.destination = circle;
    expect([isStopped(circle), leadsTo(circle, {})]).toEqual([false, false]);
  });
});

describe('leadsTo', () => {
  it.each<[string, (source: Observable<number>) => Observable<unknown>]>([
    ['nothing', (source) => source],
    ['operators', through],
    ['merge', (source) => merge(NEVER, through(source))],
    ['a projection', (source) => of(1).pipe(mergeMap(() => source))],
  ])('finds the observer behind %s', (_, chain) => {
    const observer = new Subject<unknown>();
    expect(leadsTo(subscriberOf(chain, observer), observer)).toBe(true);
    expect(leadsTo(subscriberOf(chain, observer), new Subject())).toBe(false);
  });

  it('finds none behind a Subject, which others may listen to', () => {
    const observer = new Subject<unknown>();
    expect(leadsTo(subscriberOf((source) => source.pipe(share()), observer), observer)).toBe(false);
  });

  it.each([null, undefined, {}])('says no of %p', (one) => expect(leadsTo(one, new Subject())).toBe(false));
});
