/** The server: keeps the accounts, and serves any flow. It knows nothing of the faults that a simulation puts in between. */
import { map, type Observable } from 'rxjs';
import { drainMap, type Flow } from 'rxjs-flow';
import { framed } from 'rxjs-flow/codec';
import { answerCodec, requestCodec, type Answer, type Request } from './protocol.js';

interface Account {
  readonly balance: number;
  /** The last request that was carried out. */
  readonly sequence: number;
}

export class CounterServer {
  readonly #accounts = new Map<string, Account>();

  /** `forgetful`: carries out whatever it is asked, however often. A fault for the simulation to find. */
  constructor(private readonly options: { readonly forgetful?: boolean } = {}) {}

  balanceOf(account: string): number {
    return this.#accounts.get(account)?.balance ?? 0;
  }

  /** Answers one connection's requests, one after the other; completes at its EOF, errors if it breaks. */
  serve(flow: Flow): Observable<unknown> {
    const requests = framed(flow, requestCodec());
    const codec = answerCodec();
    return requests.read().pipe(
      map((request) => codec.encode(this.#carryOut(request))),
      drainMap((answer) => flow.writev(answer)),
    );
  }

  #carryOut({ account, sequence, amount }: Request): Answer {
    const before = this.#accounts.get(account) ?? { balance: 0, sequence: 0 };
    const isNew = sequence > before.sequence || this.options.forgetful === true;
    const after = isNew ? { balance: before.balance + amount, sequence } : before;
    this.#accounts.set(account, after);
    return { sequence, balance: after.balance };
  }
}
