import { isStdio } from './is-stdio.js';

/** Where to say things: where stdout carries a flow, nothing else may be said there. */
export function outputBeside(...urls: readonly string[]): NodeJS.WriteStream {
  return urls.some(isStdio) ? process.stderr : process.stdout;
}
