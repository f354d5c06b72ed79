import { requestHeaders } from '../../../src/node/web-socket/web-socket-headers.js';

describe('requestHeaders', () => {
  it.each([
    ['a record', { 'X-One': '1', cookie: 'a=b' }],
    ['a Map', new Map([['X-One', '1'], ['cookie', 'a=b']])],
    ['pairs', [['X-One', '1'], ['cookie', 'a=b']] as [string, string][]],
  ])('takes %s', (_kind, given) => {
    expect(requestHeaders('headers', given)).toEqual({ 'X-One': '1', cookie: 'a=b' });
  });

  it('joins what comes several times, whatever the case of its name', () => {
    expect(requestHeaders('headers', [['X-Tag', 'one'], ['x-tag', 'two']])).toEqual({ 'X-Tag': 'one, two' });
    expect(requestHeaders('headers', [['cookie', 'a=1'], ['Cookie', 'b=2'], ['cookie', 'c=3']])).toEqual({ cookie: 'a=1; b=2; c=3' });
  });

  it('keeps a header of any name, also one that an object has by nature', () => {
    expect(Object.entries(requestHeaders('headers', [['__proto__', 'x'], ['constructor', 'y']]))).toEqual([['__proto__', 'x'], ['constructor', 'y']]);
  });

  it.each<[given: unknown, message: string]>([
    [7, 'headers must be an object, not number 7'],
    [null, 'headers must be an object, not null'],
    [['x: y'], 'headers: a header must be a pair of name and value, not a string'],
    [[['x']], 'headers: a header must be a pair of name and value, not an array'],
    [{ 'bad name': 'x' }, 'headers: "bad name" is no name of a header'],
    [{ 'x\n': 'x' }, 'headers: "x\\n" is no name of a header'],
    [{ '': 'x' }, 'headers: "" is no name of a header'],
    [[[5, 'x']], 'headers: 5 is no name of a header'],
    [{ x: 5 }, 'headers: "x" must be a string of Latin-1 in one line, not number 5'],
    [{ x: undefined }, 'headers: "x" must be a string of Latin-1 in one line, not undefined'],
    [{ x: 'SECRET\n' }, 'headers: "x" must be a string of Latin-1 in one line, not this one'],
    [{ x: 'é€' }, 'headers: "x" must be a string of Latin-1 in one line, not this one'],
    ...['Upgrade', 'connection', 'Sec-WebSocket-Protocol'].map((name): [unknown, string] => [{ [name]: 'x' }, `headers: "${name}" belongs to the handshake; for a subprotocol there is an option`]),
  ])('throws a TypeError that names the header, and never its value: %j', (given, message) => {
    expect(() => requestHeaders('headers', given as never)).toThrow(new TypeError(message));
  });
});
