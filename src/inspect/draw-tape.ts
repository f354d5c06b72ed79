/** A picture of a tape that is there, at once, or of one that comes, once it has come. */
import { map, type Observable, type ObservableInput, reduce } from 'rxjs';
import type { MarbleSheet } from './marble-sheet.js';
import { observableOf } from './observable-of.js';
import { SheetBuilder } from './sheet-builder.js';
import type { TapeEvent } from './tape-event.js';

/** Draws with `draw`. An array is drawn at once; anything else gives an Observable of the one picture. */
export function drawTape(
  name: string,
  tape: readonly TapeEvent[] | ObservableInput<TapeEvent>,
  draw: (sheet: MarbleSheet) => string,
): string | Observable<string> {
  const builder = () => new SheetBuilder();
  if (Array.isArray(tape)) return draw((tape as readonly TapeEvent[]).reduce(add, builder()).sheet());
  return observableOf(`${name}: tape`, tape).pipe(reduce(add, builder()), map((sheet) => draw(sheet.sheet())));
}

function add(builder: SheetBuilder, event: TapeEvent): SheetBuilder {
  builder.add(event);
  return builder;
}
