/** A payload as fields of a tape's line: plain text where it is such, so that a person can read it, base64 otherwise. */
import { fromBase64, toBase64 } from './base64.js';
import { type Fields, LineFault, textIn } from './tape-fields.js';

export function payloadOf(data: Uint8Array): { readonly text: string } | { readonly base64: string } {
  return isPlainText(data) ? { text: new TextDecoder().decode(data) } : { base64: toBase64(data) };
}

/** The bytes of `text` (as UTF-8) or of `base64`, whichever is there. */
export function payloadIn(fields: Fields): Uint8Array {
  if (fields['text'] === undefined) return bytesOfBase64(fields);
  if (fields['base64'] !== undefined) throw new LineFault('has both text and base64');
  return new TextEncoder().encode(textIn(fields, 'text'));
}

function bytesOfBase64(fields: Fields): Uint8Array {
  if (fields['base64'] === undefined) throw new LineFault('has neither text nor base64');
  const data = fromBase64(textIn(fields, 'base64'));
  if (data === undefined) throw new LineFault('base64 is not base64');
  return data;
}

/** Printable ASCII, with tabs and line ends. */
function isPlainText(data: Uint8Array): boolean {
  for (let at = 0; at < data.byteLength; at += 1) {
    const byte = data[at]!;
    if ((byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) || byte > 0x7e) return false;
  }
  return true;
}
