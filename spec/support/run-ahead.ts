// Tasks that wait more than they compute, each started a little before its turn: what one waits for, the others use.

/**
 * Gives a function that answers the run of one of the `tasks`, and starts up to `lanes` of them from there on. Asked for
 * in order, they run `lanes` at once; asked for one by one, not many run in vain.
 */
export function runAhead(tasks: readonly (() => Promise<void>)[], lanes: number): (at: number) => Promise<void> {
  const runs: Promise<void>[] = [];
  const start = (at: number): Promise<void> => {
    const run = (runs[at] ??= tasks[at]!());
    run.catch(() => undefined); // whoever asks for it hears of its failure, later
    return run;
  };
  return (at) => {
    for (let ahead = at; ahead < Math.min(at + lanes, tasks.length); ahead += 1) void start(ahead);
    return start(at);
  };
}
