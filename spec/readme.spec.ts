import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { renderMarblesSvg } from '../src/inspect/picture/render-marbles-svg.js';
import { loadTape } from '../src/inspect/tape/load-tape.js';
import { documents, programsOf, run } from './support/documented-programs.js';

/** What a documented program may import: this package by its doors' names, and RxJS. */
function modules(name: string): unknown {
  return jest.requireActual(name.replace(/^rxjs-flow\//, '../src/').replace(/^rxjs-flow$/, '../src/index'));
}

const root = resolve(__dirname, '..');
const programs = documents().flatMap(programsOf);

describe('the documents', () => {
  it('open with a first program of at most 15 lines', () => {
    const [first] = programsOf('README.md');
    expect(first!.code.trim().split('\n').length).toBeLessThanOrEqual(15);
  });

  it('show a picture as its tape draws it', () => {
    const file = (name: string) => readFileSync(join(root, 'docs/pictures', name), 'utf8');
    let picture = '';
    renderMarblesSvg(loadTape(file('redis.tape'))).subscribe((svg) => (picture = svg));
    expect(picture).toBe(file('redis.svg'));
  });

  it.each(programs.map((program) => [`${program.document}, line ${program.line}`, program] as const))(
    'show at %s a program that prints what they say',
    async (_where, program) => {
      expect(program.prints).not.toEqual([]);
      expect(await run(program, modules)).toEqual(program.prints);
    },
  );
});
