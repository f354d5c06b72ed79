// Tasks that wait more than they compute, each started a little before its turn: what one waits for, the others use.

export interface RunningAhead {
  /** The run of one of the tasks. Starts the next ones, too. */
  run(at: number): Promise<void>;
  /** When all that were started have ended, however they did: some may never have been asked for. */
  settled(): Promise<unknown>;
}

/** Runs up to `lanes` of the `tasks` at once, from the one that is asked for on. */
export function runAhead(tasks: readonly (() => Promise<void>)[], lanes: number): RunningAhead {
  const runs: Promise<void>[] = [];
  const start = (at: number): Promise<void> => {
    const run = (runs[at] ??= tasks[at]!());
    run.catch(() => undefined); // whoever asks for it hears of its failure, later
    return run;
  };
  return {
    run: (at) => {
      for (let ahead = at; ahead < Math.min(at + lanes, tasks.length); ahead += 1) void start(ahead);
      return start(at);
    },
    settled: () => Promise.allSettled(runs),
  };
}
