import { channel, framed, jsonLinesCodec, type Framed } from 'rxjs-flow/codec';
import { concatMap } from 'rxjs';

export const upgraded = (messages: Framed<number>) => messages.unframed();
export const again = (messages: Framed<number>) => framed(upgraded(messages), jsonLinesCodec<string>());
export const talk = (messages: Framed<number>) => channel(upgraded(messages));
export const rest = (messages: Framed<number>) => talk(messages).rest();
export const written = (messages: Framed<number>) => messages.write(1);
export const failure = (messages: Framed<number>) =>
  written(messages).pipe(concatMap((result) => (result.ok ? [] : [{ error: result.error, code: result.error.code }])));
export const ending = (messages: Framed<number>) => upgraded(messages).shutdown;
