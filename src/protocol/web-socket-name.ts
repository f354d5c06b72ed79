/** A WebSocket's name for messages: its URL without user, query and fragment. A server's end has no URL. */
export function webSocketName(url: string | null | undefined): string {
  return (url ?? 'websocket').replace(/(?<=\/\/)[^/?#]*@|[?#].*/g, '');
}
