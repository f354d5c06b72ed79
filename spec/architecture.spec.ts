import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { architectureFaults, type SourceTree } from './support/architecture.js';

const root = join(__dirname, '..');

function sourcesOf(folder: string): SourceTree {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => `${folder}/${file.replaceAll('\\', '/')}`)
    .filter((file) => file.endsWith('.ts'));
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
}

describe('the architecture', () => {
  it('has no import that goes up or sideways, and no cycle', () => {
    const tree = sourcesOf('src');
    expect(Object.keys(tree)).not.toHaveLength(0);
    expect(architectureFaults(tree)).toEqual([]);
  });
});

describe('the architecture check', () => {
  it('accepts every import that the table allows', () => {
    expect(
      architectureFaults({
        'src/engine/ring.ts': '',
        'src/engine/pipe.ts': `import { Ring } from './ring.js';`,
        'src/flow/flow.ts': `import { Pipe } from '../engine/pipe.js'; import { Observable } from 'rxjs';`,
        'src/memory/pair.ts': `import { Pipe } from '../engine/pipe.js'; import '../flow/flow.js';`,
        'src/combinators/copy.ts': `import { Pipe } from '../engine/pipe.js'; import '../flow/flow.js';`,
        'src/codec/framed.ts': `import '../flow/flow.js';`,
        'src/inspect/record.ts': `import '../flow/flow.js'; import '../memory/pair.js';`,
        'src/testing/script.ts': `import '../flow/flow.js'; import '../memory/pair.js';`,
        'src/node/tcp.ts': `import 'node:net'; import '../flow/flow.js'; import '../protocol/frame.js';`,
        'src/node/node-stream/native-node-stream.ts': `import { Duplex } from 'node:stream'; import '../../flow/flow.js';`,
        'src/protocol/frame.ts': `import '../flow/flow.js';`,
        'src/web/port.ts': `import '../flow/flow.js'; import '../protocol/frame.js';`,
        'src/http2/client.ts': `import 'node:http2'; import '../flow/flow.js'; import '../node/node-stream/native-node-stream.js'; import '../node/runtime.js';`,
        'src/angular/inject.ts': `import '@angular/core'; import '../combinators/copy.js';`,
        'src/cli/main.ts': `import '../node/tcp.js'; import '../web/port.js';`,
        'src/index.ts': `export * from './flow/flow.js'; export * from './memory/pair.js';`,
      }),
    ).toEqual([]);
  });

  it.each([
    ['src/engine/a.ts', '../flow/b.js', 'src/engine/a.ts: engine may not import flow (src/flow/b.ts)'],
    ['src/flow/a.ts', '../memory/b.js', 'src/flow/a.ts: flow may not import memory (src/memory/b.ts)'],
    ['src/memory/a.ts', '../combinators/b.js', 'src/memory/a.ts: memory may not import combinators (src/combinators/b.ts)'],
    ['src/combinators/a.ts', '../memory/b.js', 'src/combinators/a.ts: combinators may not import memory (src/memory/b.ts)'],
    ['src/combinators/a.ts', '../node/b.js', 'src/combinators/a.ts: combinators may not import node (src/node/b.ts)'],
    ['src/codec/a.ts', '../engine/b.js', 'src/codec/a.ts: codec may not import engine (src/engine/b.ts)'],
    ['src/codec/a.ts', '../combinators/b.js', 'src/codec/a.ts: codec may not import combinators (src/combinators/b.ts)'],
    ['src/inspect/a.ts', '../combinators/b.js', 'src/inspect/a.ts: inspect may not import combinators (src/combinators/b.ts)'],
    ['src/testing/a.ts', '../inspect/b.js', 'src/testing/a.ts: testing may not import inspect (src/inspect/b.ts)'],
    ['src/node/a.ts', '../web/b.js', 'src/node/a.ts: node may not import web (src/web/b.ts)'],
    ['src/node/a.ts', '../engine/b.js', 'src/node/a.ts: node may not import engine (src/engine/b.ts)'],
    ['src/protocol/a.ts', '../web/b.js', 'src/protocol/a.ts: protocol may not import web (src/web/b.ts)'],
    ['src/web/a.ts', '../node/b.js', 'src/web/a.ts: web may not import node (src/node/b.ts)'],
    ['src/http2/a.ts', '../node/tcp.js', 'src/http2/a.ts: http2 may not import node (src/node/tcp.ts)'],
    ['src/http2/a.ts', '../memory/b.js', 'src/http2/a.ts: http2 may not import memory (src/memory/b.ts)'],
  ])('reports that %s imports %s', (path, specifier, fault) => {
    expect(architectureFaults({ [path]: `import { x } from '${specifier}';` })).toEqual([fault]);
  });

  it.each([
    ['a value import', `import { b } from '../memory/b.js';`],
    ['a type-only import', `import type { B } from '../memory/b.js';`],
    ['an inline type import', `import { type B } from '../memory/b.js';`],
    ['an import for its effect', `import '../memory/b.js';`],
    ['an import over several lines', `import {\n  b,\n  c,\n} from '../memory/b.js';`],
    ['a re-export', `export * from '../memory/b.js';`],
    ['a type-only re-export', `export type { B } from '../memory/b.js';`],
    ['a dynamic import', `export const b = () => import('../memory/b.js');`],
    ['an import type', `export type B = import('../memory/b.js').B;`],
  ])('sees %s', (_, text) => {
    expect(architectureFaults({ 'src/flow/a.ts': text })).toEqual(['src/flow/a.ts: flow may not import memory (src/memory/b.ts)']);
  });

  it('does not take a comment or a string for an import', () => {
    const text = `// import '../memory/b.js';\nexport const text = "import '../memory/b.js'";`;
    expect(architectureFaults({ 'src/flow/a.ts': text })).toEqual([]);
  });

  it.each(['engine', 'flow', 'memory', 'combinators', 'codec', 'inspect', 'testing', 'protocol', 'web'])(
    'reports an import of Node in %s, with its prefix or without',
    (room) => {
      const tree = { [`src/${room}/a.ts`]: `import 'node:net'; import { Readable } from 'stream';` };
      expect(architectureFaults(tree)).toEqual([
        `src/${room}/a.ts: ${room} may not import Node (node:net)`,
        `src/${room}/a.ts: ${room} may not import Node (stream)`,
      ]);
    },
  );

  it('keeps the engine free of RxJS', () => {
    expect(architectureFaults({ 'src/engine/a.ts': `import type { Observable } from 'rxjs';` })).toEqual([
      'src/engine/a.ts: engine may not import a package (rxjs)',
    ]);
  });

  it.each([
    ['a room', 'src/cli/a.ts', '../index.js', 'src/cli/a.ts: cli may not import the door src/index.ts'],
    ['a room, by name', 'src/cli/a.ts', 'rxjs-flow/node', 'src/cli/a.ts: cli may not import the door rxjs-flow/node'],
    ['another door', 'src/node.ts', './index.js', 'src/node.ts: a door may not import another door, src/index.ts'],
  ])('reports a door imported by %s', (_, path, specifier, fault) => {
    expect(architectureFaults({ [path]: `export * from '${specifier}';` })).toEqual([fault]);
  });

  it('reports a folder that is no room, and an import from outside of src', () => {
    const tree = {
      'src/utils/a.ts': `import { b } from '../flow/b.js';`,
      'src/cli/a.ts': `import { b } from '../../spec/support/b.js';`,
    };
    expect(architectureFaults(tree)).toEqual([
      'src/cli/a.ts: cli may not import spec/support/b.ts, outside of src',
      'src/utils/a.ts: src/utils is not in the table of rooms',
    ]);
  });

  it('reports a cycle once, type-only imports included, and a file that imports itself', () => {
    const tree = {
      'src/flow/a.ts': `import { b } from './b.js';`,
      'src/flow/b.ts': `import { c } from './c.js';`,
      'src/flow/c.ts': `import type { B } from './b.js'; import { d } from './d.js';`,
      'src/flow/d.ts': `import { self } from './d.js';`,
    };
    expect(architectureFaults(tree)).toEqual([
      'import cycle: src/flow/b.ts -> src/flow/c.ts -> src/flow/b.ts',
      'import cycle: src/flow/d.ts -> src/flow/d.ts',
    ]);
  });

  it("reports a cycle among a room's folders, where no file is in one; files in the room itself are for all of them", () => {
    const tree = {
      'src/node/names.ts': `import type { A } from './tls/a.js';`,
      'src/node/tls/a.ts': `import '../socket/a.js';`,
      'src/node/tls/b.ts': `import '../names.js';`,
      'src/node/socket/a.ts': `import './c.js';`,
      'src/node/socket/b.ts': `import '../tls/b.js';`,
      'src/node/socket/c.ts': '',
    };
    expect(architectureFaults(tree)).toEqual(['import cycle: src/node/tls -> src/node/socket -> src/node/tls']);
  });
});
