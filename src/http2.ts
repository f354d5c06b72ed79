/** `rxjs-flow/http2`: HTTP/2 over any flow. */
export { http2Client, type Http2Client, type Http2ClientOptions } from './http2/client/http2-client.js';
export { http2CodeOf } from './http2/http2-code-of.js';
export { http2Server, type Http2ServerOptions } from './http2/server/http2-server.js';
export type { Headers, HeadersInput } from './http2/message/headers.js';
export type { Http2Body } from './http2/message/http2-body.js';
export type { Http2ErrorHandler, Http2Handler } from './http2/server/server-exchange.js';
export type { Http2PingOptions } from './http2/connection/ping.js';
export type { Http2Promise, Http2Request } from './http2/server/http2-request.js';
export type { Http2Push } from './http2/client/client-pushes.js';
export type { Http2Reply } from './http2/server/http2-reply.js';
export type { Http2RequestOptions } from './http2/client/client-request.js';
export type { Http2Response } from './http2/client/http2-response.js';
export type { Http2Settings } from './http2/connection/settings.js';
export type { Http2Trailers } from './http2/stream/outbound-trailers.js';
export type { Flow, ShutdownMode, WriteResult } from './flow/flow.js';
export type { FlowError, FlowErrorCode } from './flow/flow-error.js';
