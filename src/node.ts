/** The Node door, `rxjs-flow/node`: flows over sockets and Node streams. */
export { connectTcp, type ConnectTcpConfig } from './node/connect-tcp.js';
export { connectUnix, type ConnectUnixConfig } from './node/connect-unix.js';
export { fromNodeStream } from './node/from-node-stream.js';
export { listenTcp, type ListenTcpConfig } from './node/listen-tcp.js';
export { listenUnix, type ListenUnixConfig } from './node/listen-unix.js';
export type { SocketFlow, TcpAddress, UnixAddress } from './node/socket-flow.js';
export { toNodeStream } from './node/to-node-stream.js';
