import { record, replay, type TapeEvent } from 'rxjs-flow/inspect';
import { concatMap } from 'rxjs';

export const replayed = replay([]);
export const recording = record(replayed);
export const written = replayed.write(new Uint8Array(1));
export const failure = written.pipe(concatMap((result) => (result.ok ? [] : [{ error: result.error, code: result.error.code }])));
export const { shutdown } = replayed;
export const outcome = (event: TapeEvent) => (event.kind === 'write-result' ? event : undefined);
export const mode = (event: TapeEvent) => (event.kind === 'shutdown' ? event.mode : undefined);
export const code = (event: TapeEvent) => (event.kind === 'broken' ? event.error.code : undefined);
