/**
 * `npx tsx --tsconfig tools/tsconfig.run.json examples/redis/main.ts [port] [host]`, after `npm run build`: talks to a Redis server, pipelined, and prints what it says.
 */
import { firstValueFrom, forkJoin } from 'rxjs';
import { detach, formatError } from 'rxjs-flow';
import { connectTcp } from 'rxjs-flow/node';
import { RedisClient } from './redis-client.js';

const [port = '6379', host = '127.0.0.1'] = process.argv.slice(2);

try {
  const client = new RedisClient(await firstValueFrom(connectTcp({ host, port: Number(port) }).pipe(detach())));
  // Four commands on their way before the first reply is back.
  const replies = await firstValueFrom(
    forkJoin([client.ping(), client.del('visits'), client.incr('visits'), client.get('visits')]),
  );
  console.log(replies); // [ 'PONG', 0, 1, '1' ]
  await firstValueFrom(client.close());
} catch (error) {
  console.error(formatError(error));
  process.exitCode = 1;
}
