import { simulate } from '../../examples/simulation/simulate.js';

describe('the simulation of clients and a server over faulty lines', () => {
  it.each([1, 2])('gets every request of 100 clients through exactly once, with seed %i', (seed) => {
    const report = simulate(seed, { requests: 3 });
    expect(report.failures).toEqual([]);
    expect(report.answers).toBe(300);
    // The lines are bad enough to be worth the trouble.
    expect(report.connections).toBeGreaterThan(102);
  });

  it('reproduces a run from its seed, event for event', () => {
    const [first, again, other] = [4, 4, 5].map((seed) => simulate(seed, { clients: 10 }));
    expect(again).toEqual(first);
    expect(other!.digest).not.toBe(first!.digest);
  });

  it('finds a server that carries out a repeated request twice, and finds it again with the same seed', () => {
    const failing = (seed: number) => simulate(seed, { clients: 10, forgetful: true });
    const found = [1, 2, 3, 4, 5].map(failing).find((report) => report.failures.length > 0)!;
    expect(found.failures[0]).toMatch(/^client \d+: the server has \d+, and it ought to be \d+$/);
    expect(failing(found.seed)).toEqual(found);
  });
});
