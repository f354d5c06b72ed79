import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Cli } from './support/cli.js';

const { version } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as { version: string };

describe('rxjs-flow', () => {
  const cli = new Cli();
  afterEach(() => cli.killAll());

  it.each(['--version', '-V'])('prints its version with %s', async (option) => {
    const run = cli.run([option]);
    expect(await run.exit).toBe(0);
    expect([run.out(), run.err()]).toEqual([`${version}\n`, '']);
  });

  it.each([
    [['--help'], /proxy .*connect .*replay .*demo .*Endpoints are URLs.*Exit status.*Examples/s],
    [['help', 'proxy'], /--listen.*--to.*--drain-ms/s],
    [['proxy', '--help'], /--listen.*--to.*--drain-ms/s],
    [['connect', '-h'], /<url>.*--connect-timeout-ms/s],
    [['replay', '--help'], /<tape>.*--svg.*--width/s],
    [['demo', '--help'], /--size-mib/],
  ])('prints help for %p, no line of it wider than a terminal', async (args, pattern) => {
    const run = cli.run(args);
    expect(await run.exit).toBe(0);
    expect(run.out()).toMatch(pattern);
    expect(run.err()).toBe('');
    expect(run.out().split('\n').filter((line) => line.length > 90)).toEqual([]);
  });

  it('prints its help on stderr when it is not said what to do', async () => {
    const run = cli.run([]);
    expect(await run.exit).toBe(2);
    expect(run.out()).toBe('');
    expect(run.err()).toMatch(/^Usage: rxjs-flow/);
  });

  it.each([
    [['nonsense'], `unknown command 'nonsense'`],
    [['proxy', '--nonsense'], `unknown option '--nonsense'`],
    [['connect'], `missing required argument 'url'`],
    [['connect', 'a', 'b'], 'too many arguments'],
    [['proxy'], 'say where to listen: proxy <from> <to>, or --listen <url>'],
    [['proxy', 'tcp://127.0.0.1:0'], 'say where to connect: proxy <from> <to>, or --to <url>'],
    [['proxy', 'a', '--listen', 'b', '--to', 'c'], 'where to listen is said twice: a and --listen b'],
    [['proxy', 'a', 'b', '--to', 'c'], 'where to connect is said twice: b and --to c'],
    [['proxy', 'a', 'b', '--drain-ms', '1.5'], `argument '1.5' is invalid. It takes a whole number from 0 to 2147483647.`],
    [['serve-http2', 'a', '--listen', 'b', '--drain-ms', '99999999999'], `argument '99999999999' is invalid. It takes a whole number from 0 to 2147483647.`],
    [['proxy', 'a', 'b', '--half-close-timeout-ms', '2147483648'], `argument '2147483648' is invalid. It takes a whole number from 1 to 2147483647.`],
    [['proxy', 'a', 'b', '--progress-ms', '0'], `argument '0' is invalid. It takes a whole number from 1 to 2147483647.`],
    [['proxy', 'a', 'b', '--max-connections', '0'], `argument '0' is invalid. It takes a whole number of at least 1.`],
    [['connect', 'a', '--connect-timeout-ms', '1e3'], `argument '1e3' is invalid. It takes a whole number from 1 to 2147483647.`],
    [['connect', 'nowhere'], 'where to connect: not a URL: "nowhere" (try tcp://127.0.0.1:80)'],
    [['connect', 'tcp://127.0.0.1'], 'where to connect: "tcp://127.0.0.1" has no host and port (as in tcp://127.0.0.1:80)'],
    [['proxy', 'here', 'tcp://127.0.0.1:1'], 'where to listen: not a URL: "here"'],
    [['proxy', 'carrier-pigeon:', 'tcp://127.0.0.1:1'], 'where to listen: no endpoint has the scheme carrier-pigeon:'],
    [['proxy', 'tcp://127.0.0.1:0', 'there'], 'where to connect: not a URL: "there"'],
    [['proxy', 'tls://127.0.0.1:0', 'tcp://127.0.0.1:1', '--cert', 'package.json'], '--cert and --key belong together: one of them is missing'],
    [['serve-http2', 'src', '--listen', 'exec:cat'], 'where to listen: no endpoint has the scheme exec:'],
    // Nor is a password told with it.
    [['ws://user:word@127.0.0.1:1/'], `unknown command 'ws://127.0.0.1:1/'`],
    [['connect', '--url=ws://user:word@127.0.0.1:1/'], `unknown option '--url=ws://127.0.0.1:1/'`],
    [['proxy', '--max-connections', 'ws://user:word@127.0.0.1:1/'], `argument 'ws://127.0.0.1:1/' is invalid`],
    [['proxy', 'tls://u:p@h:1', '--listen', 'ws://u:p@h'], 'where to listen is said twice: tls://h:1 and --listen ws://h'],
    [['proxy', `exec:sh 'a//b@c'`, '--listen', 'exec:a//b@c'], `said twice: exec:sh 'a//b@c' and --listen exec:a//b@c`],
    [['connect', 'ws://user:word@127.0.0.1:99999/'], 'where to connect: not a URL: "ws://127.0.0.1:99999/"'],
    [['demo', '--size-mib', 'x'], `argument 'x' is invalid. It takes a whole number of at least 1.`],
  ])('tells what is wrong with %p in one line, and exits with 2', async (args, message) => {
    const run = cli.run(args);
    expect(await run.exit).toBe(2);
    expect(run.out()).toBe('');
    expect(run.err()).toMatch(/^rxjs-flow: .*\n$/);
    expect(run.err()).toContain(message);
  });
});
