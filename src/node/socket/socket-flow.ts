/** A flow over a connected socket: what it knows beside being a flow, and how one is made. */
import type { Socket } from 'node:net';
import type { Flow } from '../../flow/flow.js';
import { streamFlow } from '../stream/stream-flow.js';
import type { ReadMemory } from './read-memory.js';
import { SocketTransport } from './socket-transport.js';

/** One end of a TCP connection, or where a listener listens. */
export interface TcpAddress {
  /** An IP address, e.g. `127.0.0.1` or `::1`; empty where the system does not tell, as of a connection that is gone. */
  readonly host: string;
  /** 0 where `host` is empty. */
  readonly port: number;
}

/** One end of a Unix socket's connection, or where a listener listens. */
export interface UnixAddress {
  /** Empty for a side that is bound to no path, as a client's is. */
  readonly path: string;
}

/** A flow over a TCP connection ({@link TcpAddress}) or a Unix socket ({@link UnixAddress}). */
export interface SocketFlow<Address = TcpAddress> extends Flow {
  /** This end's address, as it was when the flow was made; it stays when the connection has gone. */
  readonly local: Address;
  /** The peer's address, kept likewise. */
  readonly remote: Address;
}

/** The two ends of a connection, as its flow shows them. */
export interface Ends<Address> {
  readonly name: string;
  readonly local: Address;
  readonly remote: Address;
}

/** A flow over a connected socket that nobody has read from; `memory` is what it was made to read into, if it was. */
export function socketFlow<Address>(socket: Socket, memory: ReadMemory | null, ends: Ends<Address>): SocketFlow<Address> {
  const { name, local, remote } = ends;
  return streamFlow(new SocketTransport(name, socket, memory), { local, remote });
}
