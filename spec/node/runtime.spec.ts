import type { Observable } from 'rxjs';
import { certificate } from '../support/certificates.js';
import { failureOf } from './support/settled.js';

const versions = process.versions as Record<string, string>;

describe.each(['bun', 'deno'])('on %s, where a cut can look like an end', (runtime) => {
  beforeEach(() => (versions[runtime] = '1.0.0'));
  afterEach(() => void Reflect.deleteProperty(versions, runtime));

  it.each([
    ['tlsClient', 'tls'],
    ['tlsServer', 'tls'],
    ['connectTls', 'tls'],
    ['listenTls', 'tls'],
    ['http2Client', 'http2'],
    ['http2Server', 'http2'],
  ])('%s() errors with unsupported, and begins nothing', async (name, module) => {
    const { cert, key } = await certificate('localhost');
    await jest.isolateModulesAsync(async () => {
      const { flowPair } = await import('rxjs-flow');
      const { connectTls, listenTls, tlsClient, tlsServer } = await import('rxjs-flow/node');
      const { http2Client, http2Server } = await import('rxjs-flow/http2');
      const [flow, peer] = flowPair();
      const created: Record<string, () => Observable<unknown>> = {
        tlsClient: () => tlsClient(flow),
        tlsServer: () => tlsServer(flow, { cert, key }),
        connectTls: () => connectTls({ port: 1 }),
        listenTls: () => listenTls({ cert, key }),
        http2Client: () => http2Client(flow),
        http2Server: () => http2Server(flow, () => []),
      };
      const failure = await failureOf(created[name]!());
      expect(failure).toMatchObject({ code: 'unsupported', message: expect.stringMatching(RegExp(`needs Node: by this runtime's node:${module} a cut can look like an end$`)) });
      // The flow is still its owner's.
      const got: string[] = [];
      flow.read().subscribe((buffer) => got.push(String.fromCharCode(...buffer)));
      peer.write(Uint8Array.of(104, 105));
      expect(got).toEqual(['hi']);
    });
  });
});
