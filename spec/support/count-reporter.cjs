// Prints jest's own counts, `N passed, M failed`, as the very last line of a run, for people and scripts that read
// only that line. It judges nothing: jest's exit code does. It waits for `exit`, since jest reports open handles late.

class CountReporter {
  /** `results` is jest's AggregatedResult. */
  onRunComplete(_contexts, results) {
    const line = countLine(results);
    process.once('exit', () => process.stdout.write(`${line}\n`));
  }
}

/** A suite that could not run at all counts as one failure: its specs are unknown. */
function countLine(results) {
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  const skipped = results.numPendingTests + results.numTodoTests;
  const counts = `${results.numPassedTests} passed, ${failed} failed`;
  return skipped === 0 ? counts : `${counts}, ${skipped} skipped`;
}

module.exports = CountReporter;
module.exports.countLine = countLine;
