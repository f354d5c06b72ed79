/**
 * Where a command shows what happened and where it stands: on a terminal, events scroll above a line that is kept up to
 * date; elsewhere, both are plain lines. It decides neither what is shown nor when.
 */
import { MultiBar, type SingleBar } from 'cli-progress';

export interface Screen {
  /** Something that happened: stays. */
  event(text: string): void;
  /** Where things stand: replaces what it said before, where that is possible. */
  status(text: string): void;
  /** Leaves the terminal as it was found, the events apart. */
  unsubscribe(): void;
}

export function openScreen(out: NodeJS.WriteStream): Screen {
  return out.isTTY ? new TerminalScreen(out) : new PlainScreen(out);
}

class TerminalScreen implements Screen {
  readonly #bars: MultiBar;
  #line: SingleBar | null = null;

  constructor(private readonly out: NodeJS.WriteStream) {
    // Signals are the command's own: a screen that put the terminal right at SIGINT would do so before the end.
    // Long events wrap, and what they scrolled away is drawn again though it has not changed.
    const drawing = { hideCursor: true, linewrap: true, forceRedraw: true, clearOnComplete: true };
    this.#bars = new MultiBar({ stream: out, format: '{text}', gracefulExit: false, ...drawing });
  }

  event(text: string): void {
    if (this.#line === null) this.out.write(`${text}\n`);
    else this.#bars.log(`${text}\n`);
  }

  status(text: string): void {
    if (this.#line === null) this.#line = this.#bars.create(1, 0, { text });
    else this.#line.update({ text });
  }

  unsubscribe(): void {
    if (this.#line === null) return;
    this.#bars.update(); // or what was logged last would not be seen
    this.#bars.stop();
    this.#line = null;
  }
}

class PlainScreen implements Screen {
  #last = '';

  constructor(private readonly out: NodeJS.WritableStream) {}

  event(text: string): void {
    this.out.write(`${text}\n`);
  }

  /** Said once while nothing changes. */
  status(text: string): void {
    if (text === this.#last) return;
    this.#last = text;
    this.event(text);
  }

  unsubscribe(): void {
    // Nothing to put right.
  }
}
