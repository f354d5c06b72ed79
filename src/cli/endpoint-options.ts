/** What a URL cannot say of an endpoint, as options of the command line: trust, certificates, half-close on WebSockets. */
import { readFileSync } from 'node:fs';
import { InvalidArgumentError, type Command } from 'commander';
import type { ConnectEndpointOptions } from '../node/endpoint/connect-endpoint.js';
import type { ListenEndpointOptions } from '../node/endpoint/listen-endpoint.js';
import { fileError } from './file-error.js';

/** `tls` is always there, with what was said of it. */
export type Listening = Pick<ListenEndpointOptions, 'halfClose'> & Required<Pick<ListenEndpointOptions, 'tls'>>;

export interface ConnectingOptions {
  readonly ca?: Uint8Array;
  readonly insecure?: true;
  readonly halfClose?: true;
}

export interface ListeningOptions {
  readonly cert?: Uint8Array;
  readonly key?: Uint8Array;
  readonly halfClose?: true;
}

export function addConnectingOptions(command: Command): Command {
  return command
    .option('--ca <file>', 'tls: and wss: certificates (PEM) to trust, in place of the usual authorities', contentOf)
    .option('--insecure', 'tls: and wss: connect even if the certificate cannot be verified')
    .option('--half-close', 'ws: and wss: end each direction by itself; the other side must do so too');
}

export function addListeningOptions(command: Command): Command {
  return command
    .option('--cert <file>', 'tls: and wss: the certificate (PEM) to listen with', contentOf)
    .option('--key <file>', 'tls: and wss: its private key (PEM)', contentOf);
}

export function connectingOf({ ca, insecure, halfClose }: ConnectingOptions): Pick<ConnectEndpointOptions, 'tls' | 'halfClose'> {
  const tls = { ...(ca === undefined ? {} : { ca }), ...(insecure === undefined ? {} : { rejectUnauthorized: false }) };
  return { tls, ...(halfClose === undefined ? {} : { halfClose }) };
}

export function listeningOf(command: Command, { cert, key, halfClose }: ListeningOptions): Listening {
  if ((cert === undefined) !== (key === undefined)) command.error('error: --cert and --key belong together: one of them is missing');
  const tls = { ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }) };
  return { tls, ...(halfClose === undefined ? {} : { halfClose }) };
}

function contentOf(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new InvalidArgumentError((fileError(file, error) as Error).message);
  }
}
