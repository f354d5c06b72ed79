// What it does where there are Web Locks is shown in Chromium: `spec/web/browser.spec.ts`.

import type { Observable } from 'rxjs';

/** The names of the locks that an agent asks for as soon as its name is wanted. */
function askedFor(globals: Record<string, unknown>): string[] {
  const names: string[] = [];
  const request = (name: string) => {
    names.push(name);
    return new Promise(() => {});
  };
  const all: Record<string, unknown> = { ...globals, navigator: { locks: { request, query: () => new Promise(() => {}) } } };
  const before = Object.keys(all).map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const);
  for (const name in all) Object.defineProperty(globalThis, name, { value: all[name], configurable: true });
  jest.isolateModules(() => {
    const { agentName } = jest.requireActual<{ agentName(): Observable<string> }>('../../src/protocol/agent-life.js');
    agentName().subscribe().unsubscribe();
  });
  for (const [name, descriptor] of before) {
    if (descriptor === undefined) Reflect.deleteProperty(globalThis, name);
    else Object.defineProperty(globalThis, name, descriptor);
  }
  return names;
}

describe('agentName()', () => {
  it('has a Web Lock tell that this agent lives', () => {
    expect(askedFor({})).toEqual(['rxjs-flow/place/']);
  });

  it('holds none on Deno, where it would keep the process alive', () => {
    expect(askedFor({ Deno: {} })).toEqual([]);
  });
});
