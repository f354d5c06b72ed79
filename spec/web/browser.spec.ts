// The web door in real Chromium: the conformance suite over what a page has, and what only a browser can show.

import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { conformance } from '../../src/testing/conformance.js';
import { openBrowser, type TestBrowser } from '../support/browser.js';
import { relayWebSockets } from '../support/web-socket-relay.js';
import { TRANSPORTS } from './browser/transports.js';

/** Unpacking and starting a browser on a busy machine. */
const START_MS = 120_000;
/** More than a conformance case allows itself. */
const CASE_MS = 10_000;

let browser: TestBrowser | undefined;
let stopRelay: (() => void) | undefined;

beforeAll(async () => {
  browser = await openBrowser(join(__dirname, 'browser'));
  stopRelay = relayWebSockets(browser.server, '/relay/');
}, START_MS);

afterAll(async () => {
  stopRelay?.();
  await browser?.close();
}, START_MS);

describe.each(Object.entries(TRANSPORTS))('conformance of %s in a browser', (transport, options) => {
  let page: Page;

  beforeAll(async () => {
    page = await browser!.openPage();
  });
  afterAll(() => page.close());

  for (const { name, skipped } of conformance(options)) {
    const title = skipped === undefined ? name : `${name}: ${skipped}`;
    const runCase = async () => {
      expect(await page.evaluate(`runCase(${JSON.stringify(transport)}, ${JSON.stringify(name)})`)).toBeUndefined();
    };
    if (skipped === undefined) it(title, runCase, CASE_MS);
    else it.skip(title, runCase);
  }
});
