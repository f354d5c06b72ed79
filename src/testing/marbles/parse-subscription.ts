/** Reads the marble diagram of a subscription: `^` where it begins, `!` where it is given up, each once at most. */
import { readDiagram } from './read-diagram.js';

/** The frames of both, as far as they are there. Throws a `TypeError` that names the column (from 1) of what is wrong. */
export function parseSubscription(marbles: string): { readonly from: number | undefined; readonly to: number | undefined } {
  const frames = new Map<string, number>();
  readDiagram('subscription marbles', marbles, (character, frame, fail) => {
    if (character !== '^' && character !== '!') fail(`${character} has no place in the marbles of a subscription`);
    if (frames.has(character)) fail(`a second '${character}'`);
    if (character === '^' && frames.has('!')) fail("'^' after '!'");
    frames.set(character, frame);
  });
  return { from: frames.get('^'), to: frames.get('!') };
}
