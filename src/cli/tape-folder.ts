/** Where `proxy --record` keeps its tapes: a file for each connection. What is on a tape is `inspect/record`. */
import { createWriteStream, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { catchError, concat, defer, ignoreElements, type Observable, of, tap, throwError } from 'rxjs';
import { drainMap } from '../combinators/drain-map.js';
import type { Flow } from '../flow/flow.js';
import { makeFlow } from '../flow/make-flow.js';
import { utf8 } from '../flow/utf8.js';
import { saveTape } from '../inspect/tape/save-tape.js';
import type { TapeEvent } from '../inspect/tape/tape-event.js';
import { NodeStreamTransport } from '../node/stream/node-stream-transport.js';
import { fileError } from './file-error.js';

export class TapeFolder {
  /** The files of one run stand together, in its order, and overwrite those of no other. */
  readonly #run = new Date().toISOString().replace(/[-:.]/g, '');

  /** Makes the folder if there is none; throws where that cannot be. */
  constructor(private readonly path: string) {
    try {
      makeFolder(path);
    } catch (error) {
      throw fileError(`--record ${path}`, error);
    }
  }

  /**
   * Writes the tape as it happens, no faster than the disk, and emits the file's path once it is whole. Errors if it
   * cannot be written.
   */
  keep(tape: Observable<TapeEvent>, connection: number): Observable<string> {
    const path = join(this.path, `${this.#run}-${connection}.tape`);
    const written = defer(() => writeTape(tape, path));
    return concat(written, of(path)).pipe(catchError((error: unknown) => throwError(() => fileError(path, error))));
  }
}

/** And those above it; not by Node's `recursive`, which never returns where the system knows no file of that name (`/proc`). */
function makeFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return;
  const parent = dirname(path);
  if (parent !== path) makeFolder(parent);
  mkdirSync(path);
}

function writeTape(tape: Observable<TapeEvent>, path: string): Observable<never> {
  const file = newFile(path);
  const lines = tape.pipe(
    saveTape(),
    drainMap((line) => file.write(utf8(line))),
    tap((result) => {
      if (!result.ok) throw result.error;
    }),
  );
  return concat(lines, defer(() => file.close())).pipe(ignoreElements());
}

/**
 * A file that is only written; one that is there already is an error. It is opened at once, and throws if that cannot be:
 * a stream would tell when all of a short tape may have been accepted, and nobody asks any more.
 */
function newFile(path: string): Flow {
  const fd = openSync(path, 'wx');
  return makeFlow(new NodeStreamTransport(`file ${path}`, Readable.from([]), createWriteStream(path, { fd })));
}
