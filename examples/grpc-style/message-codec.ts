/** gRPC's frames: a byte that says whether the message is compressed, its length in four, and the message; here, JSON. */
import { FlowError, utf8 } from 'rxjs-flow';
import type { Codec } from 'rxjs-flow/codec';

const PREFIX_BYTES = 5;

export function messageCodec<T>(maxMessageBytes = 2 ** 20): Codec<T> {
  const name = 'grpc message';
  return {
    name,
    encode(item) {
      const message = utf8(JSON.stringify(item));
      const prefix = new Uint8Array(PREFIX_BYTES);
      new DataView(prefix.buffer).setUint32(1, message.length);
      return [prefix, message];
    },
    decoder: () => ({
      decode(bytes) {
        if (bytes.length < PREFIX_BYTES) return undefined;
        if (bytes.byteAt(0) !== 0) throw new FlowError('unsupported', `${name}: compressed`);
        let size = 0;
        for (let at = 1; at < PREFIX_BYTES; at += 1) size = size * 256 + bytes.byteAt(at);
        if (size > maxMessageBytes) throw new FlowError('too-large', `${name} of ${size} bytes exceeds maxMessageBytes ${maxMessageBytes}`);
        if (bytes.length < PREFIX_BYTES + size) return undefined;
        bytes.skip(PREFIX_BYTES);
        return JSON.parse(new TextDecoder().decode(bytes.take(size))) as T;
      },
    }),
  };
}
