import type { Flow } from '../../src/flow/flow.js';

/** `flow` as another library's object would offer it: the public interface, and nothing behind it. */
export function foreignFlow(flow: Flow): Flow {
  return {
    name: flow.name,
    closed: flow.closed,
    read: () => flow.read(),
    write: (buffer) => flow.write(buffer),
    writev: (buffers) => flow.writev(buffers),
    shutdown: (mode) => flow.shutdown(mode),
    close: () => flow.close(),
    abort: (reason) => flow.abort(reason),
  };
}
