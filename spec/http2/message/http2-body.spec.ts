import { Readable } from 'node:stream';
import { NEVER } from 'rxjs';
import { flowPair } from 'rxjs-flow';
import { checkBody, discardBody } from '../../../src/http2/message/http2-body.js';

describe('checkBody', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['text', 'x'],
    ['bytes', Uint8Array.of(1)],
    ['an Observable', NEVER],
    ['a flow', flowPair()[0]],
  ])('takes %s', (_, body) => {
    expect(() => checkBody('reply: body', body)).not.toThrow();
  });

  it.each<[unknown, string]>([
    [Readable.from(['x']), 'a Readable'], // it has a read() as well
    [new ReadableStream(), 'a ReadableStream'],
    [{ read: () => NEVER }, 'an object'],
    [null, 'null'],
  ])('throws of what is no body: %#', (body, came) => {
    const message = `reply: body must be a string, a Uint8Array, an Observable of Uint8Arrays or a Flow, not ${came}`;
    expect(() => checkBody('reply: body', body)).toThrow(new TypeError(message));
  });
});

describe('discardBody', () => {
  it('lets alone what is no body: a reply that comes too late is not checked', () => {
    const body = Readable.from(['x']);
    expect(() => discardBody(body)).not.toThrow();
    expect(body.destroyed).toBe(false);
  });
});
