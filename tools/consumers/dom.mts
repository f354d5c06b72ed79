// What only a program with the DOM library can name, handed to the web door: it must type-check against the packed tarball.

import { connectWebTransport } from 'rxjs-flow/web';

export const over = (session: WebTransport) => connectWebTransport({ session });
export const connect = (url: string, sessionOptions: WebTransportOptions) => connectWebTransport({ url, sessionOptions, WebTransportCtor: WebTransport });
