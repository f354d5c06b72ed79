// A process's own stdin and stdout, as a program of this package has them: between pipes, and at a terminal. What it holds
// for a slow consumer is in `slow-consumers.spec.ts`.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { describeWith, runProgram, type Outcome } from '../../http2/support/programs.js';
import { nodeProgram } from '../support/node-program.js';

const PROGRAM = `
  import { lastValueFrom, map, mergeMap, take, tap } from 'rxjs';
  import { copy } from './src/combinators/copy.js';
  import { asSink } from './src/combinators/as-sink.js';
  import { formatError } from './src/flow/format-error.js';
  import { utf8 } from './src/flow/utf8.js';
  import { stdio } from './src/node/process/stdio.js';

  const say = (text) => process.stderr.write(text + '\\n');
  const flow = stdio();
  const upper = (buffer) => utf8(Buffer.from(buffer).toString().toUpperCase());
  flow.closed.subscribe({ complete: () => say('closed'), error: (error) => say(formatError(error)) });
  const ways = {
    'to the end': () => flow.read().pipe(map(upper), tap({ complete: () => say('end of input') })).subscribe(asSink(flow)),
    'one buffer': () => flow.read().pipe(take(1), map(upper)).subscribe((buffer) => {
      flow.write(buffer);
      flow.shutdown('write');
      flow.read().subscribe({ complete: () => say('end of input') });
    }),
    'on a full disk': () => {
      flow.write(utf8('lost')).subscribe((result) => say('accepted: ' + result.ok));
      flow.close().subscribe({ complete: () => say('in order'), error: (error) => say('close: ' + formatError(error)) });
    },
    'output first': () => {
      flow.write(new Uint8Array(2 ** 20).fill(0x2e));
      flow.shutdown('write');
      flow.read().subscribe({ complete: () => {
        console.log('too late');
        process.stdout.write('later still', () => {
          say('end of input, ' + (require('node:fs').fstatSync(1).isCharacterDevice() ? 'nothing' : 'something') + ' in its place');
        });
      } });
    },
    'twice': () => {
      try { stdio(); } catch (error) { say(formatError(error)); }
      flow.close();
      flow.shutdown('read');
    },
  };
  ways[process.argv[2]]();
`;

let program: ReturnType<typeof nodeProgram>;

beforeAll(() => {
  program = nodeProgram(PROGRAM);
});
afterAll(() => program.remove());

describe('stdio() between pipes', () => {
  it('reads stdin to its end, writes stdout, and has closed when both have ended', async () => {
    const { status, out, err } = await runProgram(process.execPath, [program.path, 'to the end'], 'one\ntwo\n');
    expect([status, out.toString(), err]).toEqual([0, 'ONE\nTWO\n', 'end of input\nclosed\n']);
  });

  (existsSync('/dev/full') ? it : it.skip)('breaks when its output fails, though it was accepted (needs /dev/full)', async () => {
    const { err } = await runProgram('sh', ['-c', 'exec "$@" > /dev/full', 'sh', process.execPath, program.path, 'on a full disk']);
    const why = 'failed: stdio: ENOSPC: no space left on device, write (cause: ENOSPC: no space left on device, write)\n';
    expect(err).toBe(`accepted: true\n${why}close: ${why}`);
  });

  it('shows a shell’s pipe the end of its output while its input goes on; what is printed later goes nowhere', async () => {
    const child = spawn('sh', ['-c', '"$@" | { wc -c; echo ended; }', 'sh', process.execPath, program.path, 'output first']);
    const closing = once(child, 'close');
    let [out, err] = ['', ''];
    child.stderr.on('data', (chunk: Buffer) => (err += String(chunk)));
    for await (const chunk of child.stdout) if ((out += String(chunk)).includes('ended')) child.stdin.end('x');
    await closing;
    expect([out, err]).toEqual([`${2 ** 20}\nended\n`, 'closed\nend of input, nothing in its place\n']);
  });

  it('is one of a kind: a second one is busy', async () => {
    const { status, err } = await runProgram(process.execPath, [program.path, 'twice']);
    expect([status, err]).toEqual([0, 'busy: stdio: stdin and stdout are a flow already\nclosed\n']);
  });
});

describeWith(['python3'], 'stdio() at a terminal', () => {
  /** Types, and gives all that is to be seen: the terminal's echo of what is typed is part of it. */
  const atTerminal = (way: string, typed: string): Promise<Outcome> => {
    const pty = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';
    return runProgram('python3', ['-c', pty, process.execPath, program.path, way], typed);
  };
  const CTRL_D = '\x04';

  it('goes on until the end of the input is typed', async () => {
    const { status, out } = await atTerminal('to the end', `one\ntwo\n${CTRL_D}`);
    const seen = out.toString();
    expect(seen).toMatch(/ONE\r\n/);
    expect(seen).toMatch(/TWO\r\nend of input\r\nclosed\r\n$/);
    expect(status).toBe(0);
  });

  it('is over when the output ends: nobody need end the input as well', async () => {
    const { status, out } = await atTerminal('one buffer', 'one\n');
    expect(out.toString()).toMatch(/ONE\r\nend of input\r\nclosed\r\n$/);
    expect(status).toBe(0);
  });
});
