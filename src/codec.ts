/** The codec door, `rxjs-flow/codec`: message formats without I/O, and flows and channels that speak them. */
export { channel, type Channel, type ChannelOptions } from './codec/channel.js';
export type { Codec, Decoder } from './codec/codec.js';
export { decodeWith } from './codec/decode-with.js';
export { delimiterCodec, type DelimiterOptions } from './codec/delimiter-codec.js';
export { fixedCodec } from './codec/fixed-codec.js';
export type { FrameLimit } from './codec/frame-limit.js';
export { framed, type Framed } from './codec/framed.js';
export { jsonLinesCodec } from './codec/json-lines-codec.js';
export { lengthPrefixedCodec, type LengthPrefixedOptions } from './codec/length-prefixed-codec.js';
export type { Newline } from './codec/line-text.js';
export { linesCodec, type LinesOptions } from './codec/lines-codec.js';
export { slipCodec } from './codec/slip-codec.js';
export type { UnreadOf } from './codec/unread-flow.js';
export { ByteQueue } from './flow/byte-queue.js';
export type { Flow, ShutdownMode, WriteResult } from './flow/flow.js';
export type { FlowError, FlowErrorCode } from './flow/flow-error.js';
