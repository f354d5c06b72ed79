import * as fc from 'fast-check';
import { Queue } from '../../src/testing/faults/queue.js';

describe('Queue', () => {
  it('gives what came first first, whatever comes and goes', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('push', 'push', 'drop', 'drop', 'clear'), { maxLength: 200 }), (calls) => {
        const queue = new Queue<number>();
        let model: number[] = [];
        for (const [at, call] of calls.entries()) {
          if (call === 'push') {
            queue.push(at);
            model.push(at);
          } else if (call === 'clear') {
            queue.clear();
            model = [];
          } else if (model.length > 0) {
            queue.drop();
            model.shift();
          }
          expect([queue.first(), queue.last()]).toEqual([model[0], model.at(-1)]);
        }
      }),
    );
  });
});
