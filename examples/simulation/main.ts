/**
 * `npx tsx examples/simulation/main.ts [seed] [--forgetful]` (in a checkout after `npm run build`):
 * runs the simulation with that seed, or with the seeds from 1 to 10. `--forgetful` puts a fault into the server, and
 * a seed that finds it finds it again.
 */
import { simulate } from './simulate.js';

const args = process.argv.slice(2);
const forgetful = args.includes('--forgetful');
const seed = args.find((arg) => /^\d+$/.test(arg));
const seeds = seed === undefined ? Array.from({ length: 10 }, (_, at) => at + 1) : [Number(seed)];

for (const each of seeds) {
  const start = performance.now();
  const { failures, answers, connections, virtualMs, digest } = simulate(each, { forgetful });
  const took = ((performance.now() - start) / 1000).toFixed(1);
  const verdict = failures.length === 0 ? 'all well' : `${failures.length} failures, the first: ${failures[0]!}`;
  const virtual = `${(virtualMs / 1000).toFixed(0)} s of virtual time in ${took} s`;
  console.log(`seed ${each}: ${answers} answers over ${connections} connections, ${virtual}, digest ${digest}: ${verdict}`);
  if (failures.length > 0) process.exitCode = 1;
}
