// What a program gives that cannot be right is told where it was given, before anything is sent.

import { connect, constants } from 'node:http2';
import { PassThrough } from 'node:stream';
import { firstValueFrom, of } from 'rxjs';
import { detach, flowPair } from 'rxjs-flow';
import { http2Client, http2Server, type Http2Client, type Http2ClientOptions, type Http2ServerOptions } from 'rxjs-flow/http2';
import { SINGLE_VALUE } from '../../src/http2/message/single-value.js';

const [near, far] = flowPair();

describe('http2Server', () => {
  it.each([
    [of('shutdown'), 'an Observable'],
    [null, 'null'],
    [() => of(), 'a function'],
  ])('throws of options that are none', (options, what) => {
    expect(() => http2Server(far, () => of({}), options as never)).toThrow(new TypeError(`http2Server: options must be an object, not ${what}`));
    expect(() => http2Client(near, options as never)).toThrow(new TypeError(`http2Client: options must be an object, not ${what}`));
  });

  it.each<[string, object]>([
    ['errorHandler must be a function, not number 5', { errorHandler: 5 }],
    ['shutdown must be an Observable, or something that can be made one, not number 5', { shutdown: 5 }],
    ['keepAliveMs must be a finite number above 0, not number 0', { keepAliveMs: 0 }],
    ['keepAliveMs must be a finite number above 0, not number NaN', { keepAliveMs: NaN }],
    ['keepAliveMs must be at most 2147483647, not number 2147483648', { keepAliveMs: 2 ** 31 }],
  ])('throws: %s', (problem, options) => {
    expect(() => http2Server(far, () => of({}), options as Http2ServerOptions)).toThrow(new TypeError(`http2Server: ${problem}`));
  });
});

describe('http2Client', () => {
  it.each<[string, object]>([
    ['authority must be a string, not number 5', { authority: 5 }],
    ['authority is empty or has characters that it may not have', { authority: 'a b' }],
    ['scheme must be a string, not null', { scheme: null }],
    ['scheme is empty or has characters that it may not have', { scheme: 'a b' }],
    ['keepAliveMs must be a finite number above 0, not number 0', { keepAliveMs: 0 }],
    ['keepAliveMs must be a finite number above 0, not number NaN', { keepAliveMs: NaN }],
    ['keepAliveMs must be at most 2147483647, not number 2147483648', { keepAliveMs: 2 ** 31 }],
  ])('throws: %s', (problem, options) => {
    expect(() => http2Client(near, options as Http2ClientOptions)).toThrow(new TypeError(`http2Client: ${problem}`));
  });
});

describe('a request', () => {
  let client: Http2Client;
  beforeAll(async () => {
    client = await firstValueFrom(http2Client(near).pipe(detach()));
  });
  afterAll(() => near.abort());

  it.each([[5, 'number 5'], [null, 'null'], [[1], 'an array']])('throws of a ping with %p for options', (options, what) => {
    expect(() => client.ping(options as never)).toThrow(new TypeError(`ping: options must be an object, not ${what}`));
  });

  it.each<[string, Record<string, string | string[]>]>([
    ['te can only be trailers in HTTP/2', { te: 'gzip' }],
    ['te can only be trailers in HTTP/2', { TE: 'gzip' }],
    ['upgrade has no meaning in HTTP/2', { upgrade: 'h2c' }],
    ['content-type can only have one value', { 'content-type': ['a', 'b'] }],
    ['content-type can only have one value', { 'Content-Type': 'a', 'content-type': 'b' }],
    ['x-note has a space at an end', { 'x-note': ' hello' }],
    ['x-note has a space at an end', { 'X-Note': 'hello\t' }],
    ['x-note has a space at an end', { 'x-note': ' ' }],
    ['"__proto__" is no header name', { ['__proto__']: 'x' }],
  ])('throws: %s', (problem, headers) => {
    expect(() => client.request({ headers })).toThrow(new TypeError(`request: headers: ${problem}`));
  });

  it.each<[string, unknown]>([
    ['a field must be a pair of name and value, not number 5', [5]],
    ['a field must be a pair of name and value, not a string', ['ab']],
    ['a field must be a pair of name and value, not an array', [['a', 'b', 'c']]],
  ])('throws: %s', (problem, headers) => {
    expect(() => client.request({ headers: headers as never })).toThrow(new TypeError(`request: headers: ${problem}`));
  });

  it.each([
    [{ method: 'CONNECT', path: '/chat' }, 'request: path (of a CONNECT: host and port) is empty or has characters that it may not have'],
    [{ authority: 'example.org/chat' }, 'request: authority is empty or has characters that it may not have'],
  ])('throws of an authority that has a path: %p', (options, message) => {
    expect(() => client.request(options)).toThrow(new TypeError(message));
  });

  it('throws of a Node stream for a body', () => {
    const message = 'request: body must be a string, a Uint8Array, an Observable of Uint8Arrays or a Flow, not a PassThrough';
    expect(() => client.request({ method: 'POST', body: new PassThrough() as never })).toThrow(new TypeError(message));
  });

  it('throws of a protocol without CONNECT', () => {
    expect(() => client.request({ protocol: 'websocket' })).toThrow(new TypeError('request: protocol goes with the method CONNECT, not GET'));
  });

  it.each([['a', 'must begin with /'], ['', 'is empty or has characters that it may not have'], ['/ b', 'is empty or has characters that it may not have']])(
    'throws of the path %j that it %s',
    (path, problem) => {
      expect(() => client.request({ path })).toThrow(new TypeError(`request: path ${problem}`));
    },
  );

  it.each([{ te: 'trailers' }, { 'content-type': ['text/plain'] }, { accept: ['a', 'b'] }, { 'x-note': 'a b\tc' }, { 'x-note': '' }])('may have %j', (headers) => {
    expect(() => client.request({ headers })).not.toThrow();
  });
});

it('knows all fields that node:http2 sends once at most', () => {
  const session = connect('http://localhost', { createConnection: () => new PassThrough() });
  session.on('error', () => {});
  const names = Object.entries(constants).flatMap(([key, name]) => (key.startsWith('HTTP2_HEADER_') ? [String(name)] : []));
  const refused = names.filter((name) => {
    try {
      session.request({ [name]: ['1', '2'] }).on('error', () => {});
      return false;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ERR_HTTP2_HEADER_SINGLE_VALUE' && !name.startsWith(':');
    }
  });
  session.destroy();
  expect(refused).toContain('content-type');
  expect(refused.filter((name) => !SINGLE_VALUE.has(name))).toEqual([]);
});
