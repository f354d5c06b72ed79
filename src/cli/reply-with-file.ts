/** A file of a folder as the answer to a request: what is not below the folder is not there. */
import { createReadStream } from 'node:fs';
import { access, constants, realpath, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { FlowError } from '../flow/flow-error.js';
import type { Flow } from '../flow/flow.js';
import type { Http2Reply } from '../http2/server/http2-reply.js';
import type { Http2Request } from '../http2/server/http2-request.js';
import { fromGenerator } from '../memory/from-generator.js';
import { fileError } from './file-error.js';
import { shownMethod } from './shown-method.js';

/** What is wrong with a file whose reply is on its way: `failed`, or `truncated` where it has become shorter. */
export class FileFault extends FlowError {}

/** @param root a real path, without symbolic links */
export async function replyWithFile(root: string, { method, path }: Http2Request): Promise<Http2Reply & { readonly status: number }> {
  if (method !== 'GET' && method !== 'HEAD') return textReply(405, `${shownMethod(method)} is not allowed here`, { allow: 'GET, HEAD' });
  const file = await fileAt(root, path);
  if (file === null) {
    const folder = await folderWithIndex(root, path);
    return folder === null ? textReply(404, 'there is no such file') : textReply(301, 'this is a folder', { location: folder });
  }
  const headers = {
    'content-type': TYPES[file.extension] ?? 'application/octet-stream',
    'content-length': file.size,
    'last-modified': file.modified.toUTCString(),
  };
  return method === 'HEAD' ? { status: 200, headers } : { status: 200, headers, body: bytesOf(file) };
}

interface FoundFile {
  readonly name: string;
  /** Of the name that was asked for: a symbolic link may lead to a file of any name. */
  readonly extension: string;
  readonly size: number;
  readonly modified: Date;
}

/** `null` for what is not there, is no file, cannot be read or named, or stands elsewhere, by `..` or a symbolic link. */
async function fileAt(root: string, path: string): Promise<FoundFile | null> {
  try {
    const asked = decodeURIComponent(path.replace(QUERY, '')).replace(/\/$/, '/index.html');
    const name = await realpath(join(root, asked));
    const found = await stat(name);
    const isBelow = name.startsWith(root.endsWith(sep) ? root : root + sep);
    if (!isBelow || !found.isFile()) return null;
    await access(name, constants.R_OK);
    return { name, extension: extname(asked).toLowerCase(), size: found.size, modified: found.mtime };
  } catch {
    return null;
  }
}

/**
 * Where the index of a folder is answered, if it is one that has an index and was asked for without the slash, without
 * which what the index links to would be looked for beside the folder; `null` if not.
 */
async function folderWithIndex(root: string, path: string): Promise<string | null> {
  const asked = path.replace(QUERY, '');
  if (asked.endsWith('/') || (await fileAt(root, `${asked}/`)) === null) return null;
  // What begins with two slashes would be another host.
  return `${asked.replace(/^[/\\]+/, '/')}/${path.slice(asked.length)}`;
}

/**
 * Read as it is sent, and closed with it, whichever way that ends. It ends with the last byte that was promised, and waits
 * for no end of the file behind it: a client that counts would have gone by then. Where the file ends before that, it fails:
 * not every client counts.
 */
function bytesOf({ name, size }: FoundFile): Flow {
  return fromGenerator({
    name: `file ${name}`,
    async *input() {
      if (size === 0) return;
      let left = size;
      try {
        for await (const chunk of createReadStream(name, { end: size - 1, highWaterMark: 65536 }) as AsyncIterable<Uint8Array>) {
          yield chunk;
          left -= chunk.length;
          if (left === 0) return;
        }
      } catch (error) {
        throw new FileFault('failed', (fileError(`file ${name}`, error) as Error).message);
      }
      throw new FileFault('truncated', `file ${name}: it ended after ${size - left} of ${size} bytes`);
    },
  });
}

function textReply(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Http2Reply & { readonly status: number } {
  return { status, headers: { ...headers, 'content-type': 'text/plain; charset=utf-8' }, body: `${text}\n` };
}

/** What of a path names no file. */
const QUERY = /[?#].*$/s;

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.gif': 'image/gif',
  '.html': 'text/html; charset=utf-8',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
};
