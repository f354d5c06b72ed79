import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replyWithFile } from '../../src/cli/reply-with-file.js';
import type { Http2Request } from '../../src/http2/server/http2-request.js';

describe('replyWithFile', () => {
  let root: string;
  beforeAll(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'rxjs-flow-spec-')));
    for (const folder of ['sub', 'bare', 'a b']) mkdirSync(join(root, folder));
    writeFileSync(join(root, 'sub', 'index.html'), '<p>sub</p>');
    writeFileSync(join(root, 'a b', 'index.html'), '<p>a b</p>');
    writeFileSync(join(root, 'index.html'), '<p>index</p>');
    writeFileSync(join(root, 'object-3f2a'), 'body {}');
    symlinkSync('object-3f2a', join(root, 'style.css'));
    symlinkSync('index.html', join(root, 'plain'));
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const reply = (path: string, method = 'GET') => replyWithFile(root, { method, path } as Http2Request);

  it.each([
    ['/sub', '/sub/'],
    ['/sub?x=1&y=/', '/sub/?x=1&y=/'],
    ['/a%20b', '/a%20b/'],
    ['//sub', '/sub/'], // with two it would be another host
    ['/\\sub/../sub', '/sub/../sub/'],
  ])('leads from a folder with an index to where its links are right: %s', async (path, location) => {
    for (const method of ['GET', 'HEAD']) expect(await reply(path, method)).toMatchObject({ status: 301, headers: { location } });
  });

  it.each(['/bare', '/bare/', '/sub/index.html/', '/style.css/', '/..', '/missing'])('has nothing at %s', async (path) => {
    expect((await reply(path)).status).toBe(404);
  });

  it.each([
    ['/', 'text/html; charset=utf-8'],
    ['/sub/?x=1', 'text/html; charset=utf-8'],
    ['/style.css', 'text/css; charset=utf-8'],
    ['/plain', 'application/octet-stream'],
  ])('goes by the name that was asked for, and not by where a symbolic link leads: %s', async (path, type) => {
    expect(await reply(path, 'HEAD')).toMatchObject({ status: 200, headers: { 'content-type': type } });
  });

  it('says no more of a method that is not allowed than its beginning', async () => {
    expect(await reply('/', 'DELETE')).toMatchObject({ status: 405, body: 'DELETE is not allowed here\n' });
    expect(await reply('/', 'X'.repeat(60_000))).toMatchObject({ status: 405, body: `${'X'.repeat(31)}… is not allowed here\n` });
  });
});
