/** The web door, `rxjs-flow/web`: flows over what browsers have, and whatever else has the same interfaces. */
export { connectWebSocket, type ConnectWebSocketConfig, type WebSocketConstructor } from './web/connect-web-socket.js';
export { connectWebTransport, type ConnectWebTransportConfig, type WebTransportLike } from './web/connect-web-transport.js';
export { dataChannelFlow, type DataChannelFlowOptions, type DataChannelLike } from './web/data-channel-flow.js';
export { fromWebStreams, type FromWebStreamsOptions, type WebStreamPair } from './web/from-web-streams.js';
export { messagePortFlow, type MessagePortFlowOptions } from './protocol/message-port-flow.js';
export type { MessagePortLike } from './protocol/message-port-like.js';
export { serialFlow, type SerialFlowOptions, type SerialLineOptions, type SerialPortLike } from './web/serial-flow.js';
export { toWebStreams, type ToWebStreamsOptions, type WebStreams } from './web/to-web-streams.js';
export { webSocketFlow } from './web/web-socket-flow.js';
export type { WebSocketLike } from './web/web-socket-like.js';
export type { WebSocketFlowOptions } from './web/web-socket-options.js';
export type { Flow, ShutdownMode, WriteResult } from './flow/flow.js';
export type { FlowError, FlowErrorCode } from './flow/flow-error.js';
