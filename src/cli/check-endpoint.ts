/** A URL that names no endpoint is a wrong command line: told before anything is done, with its exit status. */
import type { Command } from 'commander';
import { isFlowError } from '../flow/flow-error.js';
import { endpointAt, type ConnectEndpointOptions } from '../node/endpoint/connect-endpoint.js';
import { listenerAt, type ListenEndpointOptions } from '../node/endpoint/listen-endpoint.js';

/** @param what what the URL is for, to begin the complaint with */
export function checkConnectable(command: Command, what: string, url: string, options: ConnectEndpointOptions): void {
  check(command, () => endpointAt(url, options, what));
}

/** @param what what the URL is for, to begin the complaint with */
export function checkListenable(command: Command, what: string, url: string, options: ListenEndpointOptions): void {
  check(command, () => listenerAt(url, options, what));
}

/** Made and not subscribed to, a creator does nothing. What else it finds wrong is told by the run. */
function check(command: Command, make: () => unknown): void {
  try {
    make();
  } catch (error) {
    if (isFlowError(error, 'unsupported')) command.error(`error: ${error.message}`);
  }
}
