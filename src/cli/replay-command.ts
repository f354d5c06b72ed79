/** `rxjs-flow replay`: a tape as a picture, in text or as SVG. */
import { createReadStream, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { catchError, concat, defer, EMPTY, from, type Observable, tap, throwError } from 'rxjs';
import { renderMarblesSvg } from '../inspect/picture/render-marbles-svg.js';
import { renderMarbles } from '../inspect/picture/render-marbles.js';
import { loadTape } from '../inspect/tape/load-tape.js';
import type { TapeEvent } from '../inspect/tape/tape-event.js';
import { fileError } from './file-error.js';
import { wholeNumber } from './parse-number.js';
import { runToEnd } from './run-to-end.js';

interface ReplayCommandOptions {
  readonly svg?: string;
  readonly width?: number;
}

export function addReplayCommand(program: Command): void {
  program
    .command('replay')
    .summary('draw a recorded connection')
    .description('Draw a tape, as proxy --record makes them: what came in and went out, when, how large, and what waited.')
    .argument('<tape>', 'the file; - for stdin')
    .option('--svg <file>', 'write the picture to this file, as SVG, instead of printing it')
    .option('--width <n>', 'characters in a line, 40 or more (default: the terminal’s, else 100)', wholeNumber(40))
    .action(async (tape: string, { svg, width = widthOf(process.stdout) }: ReplayCommandOptions) => {
      await runToEnd(drawn(tape, (events) => (svg === undefined ? printed(events, width) : written(events, svg))));
    });
}

/** Draws what can be read of a tape that is broken further on, and then says what is wrong with it. */
function drawn(path: string, draw: (events: Observable<TapeEvent>) => Observable<unknown>): Observable<unknown> {
  return defer(() => {
    const faults: unknown[] = [];
    let events = 0;
    const readable = loadTape(bytesOf(path)).pipe(
      tap(() => (events += 1)),
      catchError((error: unknown) => {
        if (events === 0) throw error;
        faults.push(error);
        return EMPTY;
      }),
    );
    return concat(draw(readable), defer(() => (faults.length === 0 ? EMPTY : throwError(() => faults[0]))));
  });
}

function bytesOf(path: string): Observable<Uint8Array> {
  const [name, input] = path === '-' ? ['stdin', process.stdin] : [path, createReadStream(path)];
  return from(input as AsyncIterable<Uint8Array>).pipe(
    catchError((error: unknown) => throwError(() => fileError(name, error))),
  );
}

function printed(events: Observable<TapeEvent>, width: number): Observable<unknown> {
  return renderMarbles(events, { width }).pipe(tap((picture) => process.stdout.write(picture)));
}

function written(events: Observable<TapeEvent>, path: string): Observable<unknown> {
  return renderMarblesSvg(events).pipe(
    tap((picture) => {
      try {
        writeFileSync(path, picture);
      } catch (error) {
        throw fileError(`--svg ${path}`, error);
      }
      process.stdout.write(`wrote ${path}\n`);
    }),
  );
}

/** Lines much longer than text is read in are no help. */
function widthOf({ columns = 100 }: { readonly columns?: number }): number {
  return Math.min(Math.max(columns, 40), 160);
}
