/** Where to say things: where stdout carries a flow, nothing else may be said there. */
export function outputBeside(...urls: readonly string[]): NodeJS.WriteStream {
  return urls.some((url) => /^stdio:/i.test(url)) ? process.stderr : process.stdout;
}
