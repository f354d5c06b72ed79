/** One line on stderr, of what went wrong. */
export function complain(line: string): void {
  process.stderr.write(`rxjs-flow: ${line}\n`);
}
