/** The Node door, `rxjs-flow/node`: flows over sockets and Node streams. */
export { connectEndpoint, type ConnectEndpointOptions } from './node/connect-endpoint.js';
export { connectTcp, type ConnectTcpConfig } from './node/connect-tcp.js';
export { connectUnix, type ConnectUnixConfig } from './node/connect-unix.js';
export { connectWebSocket, type ConnectWebSocketConfig } from './node/connect-web-socket.js';
export { fromNodeStream } from './node/from-node-stream.js';
export { listenEndpoint, type ListenEndpointOptions } from './node/listen-endpoint.js';
export { listenTcp, type ListenTcpConfig } from './node/listen-tcp.js';
export { listenUnix, type ListenUnixConfig } from './node/listen-unix.js';
export { listenWebSocket, type ListenWebSocketConfig } from './node/listen-web-socket.js';
export type { SocketFlow, TcpAddress, UnixAddress } from './node/socket-flow.js';
export { toNodeStream } from './node/to-node-stream.js';
export type { AcceptedWebSocketFlow, WebSocketFlow, WebSocketRequest } from './node/web-socket-flow.js';
