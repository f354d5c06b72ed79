/** A picture of a tape that is there, at once, or of one that comes, once it has come. */
import { defer, isObservable, map, type Observable, type ObservableInput, reduce } from 'rxjs';
import type { TapeEvent } from '../tape/tape-event.js';
import { tapeOf } from '../tape/tape-of.js';
import type { MarbleSheet } from './marble-sheet.js';
import { SheetBuilder } from './sheet-builder.js';

/** Draws with `draw`. An array is drawn at once; anything else gives an Observable of the one picture. */
export function drawTape(
  name: string,
  tape: readonly TapeEvent[] | ObservableInput<TapeEvent>,
  draw: (sheet: MarbleSheet) => string,
): string | Observable<string> {
  const events = tapeOf(`${name}: tape`, tape);
  if (!isObservable(events)) return draw(events.reduce(add, new SheetBuilder()).sheet());
  return defer(() => events.pipe(reduce(add, new SheetBuilder()))).pipe(map((builder) => draw(builder.sheet())));
}

function add(builder: SheetBuilder, event: TapeEvent): SheetBuilder {
  builder.add(event);
  return builder;
}
