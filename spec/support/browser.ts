// A real browser for specs: one headless Chromium, and a server on loopback that hands its pages a bundle of the sources.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { chromiumProgram } from './chromium.js';

export interface TestBrowser {
  /** `http://127.0.0.1:PORT`, where the pages come from. */
  readonly origin: string;
  /** The server itself, for specs that answer upgrades on it. */
  readonly server: Server;
  /** A new page that has loaded the bundle of `page.ts`; `worker.js` beside it is that of `worker.ts`. */
  openPage(): Promise<Page>;
  /** Closes everything; never fails. */
  close(): Promise<void>;
}

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Two peer connections of one page find each other on loopback, by address.
  '--allow-loopback-in-peer-connection',
  '--disable-features=WebRtcHideLocalIpsWithMdns',
];

/** `folder` holds `page.ts` and `worker.ts`. */
export async function openBrowser(folder: string): Promise<TestBrowser> {
  const profile = mkdtempSync(join(tmpdir(), 'rxjs-flow-browser-'));
  const server = createServer();
  let context: BrowserContext | undefined;
  const close = async (): Promise<void> => {
    await context?.close().catch(() => undefined);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(profile, { recursive: true, force: true });
  };
  try {
    await serve(server, folder);
    const { path: executablePath, env } = await chromiumProgram();
    context = await chromium.launchPersistentContext(profile, {
      executablePath,
      args: FLAGS,
      env: { ...(process.env as Record<string, string>), ...env },
    });
  } catch (error) {
    await close();
    throw error;
  }
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const pages = context;
  return {
    origin,
    server,
    close,
    openPage: async () => {
      const page = await pages.newPage();
      await page.goto(origin);
      return page;
    },
  };
}

async function serve(server: Server, folder: string): Promise<void> {
  const files = new Map([['/', { type: 'text/html', body: '<!doctype html><title>flows</title><script src="/page.js"></script>' }]]);
  const entryPoints = ['page', 'worker'].map((name) => join(folder, `${name}.ts`));
  const { outputFiles } = await build({ entryPoints, bundle: true, format: 'iife', target: 'es2022', write: false, outdir: '/' });
  for (const { path, text } of outputFiles) files.set(path, { type: 'text/javascript', body: text });
  server.on('request', (request, response) => {
    const file = files.get(new URL(request.url ?? '/', 'http://here').pathname);
    response.writeHead(file === undefined ? 404 : 200, { 'content-type': file?.type ?? 'text/plain' });
    response.end(file?.body);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
}
