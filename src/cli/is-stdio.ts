/** Whether an endpoint is this command's own stdin and stdout. */
export function isStdio(url: string): boolean {
  return /^stdio:/i.test(url);
}
