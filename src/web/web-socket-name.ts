/** A WebSocket's name for messages: its URL without what may be secret in it, which are user, query and fragment. */
export function webSocketName(url: unknown): string {
  try {
    const { protocol, host, pathname } = new URL(String(url));
    return `${protocol}//${host}${pathname}`;
  } catch {
    return 'websocket'; // a relative URL before it is resolved, or a server's end, which has none
  }
}
