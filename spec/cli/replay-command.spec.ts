import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseXml } from '../support/xml.js';
import { Cli } from './support/cli.js';

const TAPE = `{"tape":"rxjs-flow","version":1,"name":"tcp 127.0.0.1:6379","startedAt":"2025-03-01T09:30:00.000Z"}
{"at":0,"kind":"demand","wanted":true}
{"at":3,"kind":"write","id":1,"text":"PING\\r\\n"}
{"at":3,"kind":"write-result","id":1,"ok":true}
{"at":5,"kind":"read","text":"+PONG\\r\\n"}
{"at":6,"kind":"eof"}
`;

describe('rxjs-flow replay', () => {
  const cli = new Cli();
  const folder = mkdtempSync(join(tmpdir(), 'rxjs-flow-spec-'));
  const tape = join(folder, 'ping.tape');
  beforeAll(() => writeFileSync(tape, TAPE));
  afterEach(() => cli.killAll());
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('prints the picture of a tape, no line of it wider than asked for', async () => {
    const run = cli.run(['replay', tape, '--width', '60']);
    expect([await run.exit, run.err()]).toEqual([0, '']);
    expect(run.out()).toMatch(/^tcp 127\.0\.0\.1:6379/);
    expect(run.out().split('\n').filter((line) => line.length > 60)).toEqual([]);
  });

  it('takes the tape from stdin for -', async () => {
    const run = cli.run(['replay', '-']);
    run.child.stdin!.end(TAPE);
    expect([await run.exit, run.err()]).toEqual([0, '']);
    expect(run.out()).toMatch(/^tcp 127\.0\.0\.1:6379/);
  });

  it('writes the picture as SVG instead', async () => {
    const svg = join(folder, 'ping.svg');
    const run = cli.run(['replay', tape, '--svg', svg]);
    expect([await run.exit, run.out(), run.err()]).toEqual([0, `wrote ${svg}\n`, '']);
    const text = readFileSync(svg, 'utf8');
    expect(text).toContain('tcp 127.0.0.1:6379');
    expect(parseXml(text).name).toBe('svg');
  });

  it('draws what can be read of a tape that is cut off, and then says where it ends', async () => {
    const cut = join(folder, 'cut.tape');
    writeFileSync(cut, TAPE.slice(0, -8));
    const run = cli.run(['replay', cut]);
    expect(await run.exit).toBe(1);
    expect(run.out()).toMatch(/^tcp 127\.0\.0\.1:6379/);
    expect(run.err()).toMatch(/^rxjs-flow: truncated: .*line 6.*\n$/);
  });

  it.each([
    ['a file that is not there', () => join(folder, 'none'), /^rxjs-flow: \/.*\/none: no such file or directory\n$/],
    ['a folder', () => folder, /^rxjs-flow: \/.*: is a directory\n$/],
    ['a file that is no tape', () => __filename, /^rxjs-flow: protocol: .*line 1.*\n$/],
  ])('says in one line what is wrong with %s', async (_, path, message) => {
    const run = cli.run(['replay', path()]);
    expect([await run.exit, run.out()]).toEqual([1, '']);
    expect(run.err()).toMatch(message);
  });

  it('says in one line that the picture cannot be written', async () => {
    const run = cli.run(['replay', tape, '--svg', join(folder, 'none', 'a.svg')]);
    expect([await run.exit, run.out()]).toEqual([1, '']);
    expect(run.err()).toMatch(/^rxjs-flow: --svg \/.*\/a\.svg: no such file or directory\n$/);
  });
});
