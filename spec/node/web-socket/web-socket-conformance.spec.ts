import { describeConformance } from '../../support/run-conformance.js';
import { dialFromWeb, webSocketPair } from '../support/web-sockets.js';

const whole = { halfClose: 'a close frame ends both directions' };

// Both ends play a part in every case, and each is the near one here, with and without halfClose.
describeConformance('WebSockets on Node', { sides: 'a→b', create: () => webSocketPair(), capabilities: whole });
describeConformance('WebSockets on Node with halfClose', { sides: 'b→a', create: () => webSocketPair({ halfClose: true }) });
describeConformance('a WebSocket of the web room to one of Node', {
  sides: 'b→a',
  create: () => webSocketPair({}, dialFromWeb),
  capabilities: whole,
});
describeConformance('a WebSocket of the web room to one of Node, with halfClose', {
  sides: 'a→b',
  create: () => webSocketPair({ halfClose: true }, dialFromWeb),
});
