/** Other runtimes have the interface of the handles behind Node's sockets, but not all of their ways. */
export const HAS_NODES_HANDLES = process.versions['bun'] === undefined && process.versions['deno'] === undefined;
