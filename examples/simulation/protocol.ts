/** The messages of a small protocol: accounts that clients add to. A JSON value a line, so none can be cut short unseen. */
import { jsonLinesCodec } from 'rxjs-flow/codec';

/** A client that has lost an answer asks again with the same sequence number, and the server must not add twice. */
export interface Request {
  readonly account: string;
  readonly sequence: number;
  readonly amount: number;
}

export interface Answer {
  readonly sequence: number;
  readonly balance: number;
}

export const requestCodec = () => jsonLinesCodec<Request>();
export const answerCodec = () => jsonLinesCodec<Answer>();
