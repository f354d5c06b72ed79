/**
 * `npx tsx examples/redis/main.ts [url]` (in a checkout after `npm run build`): talks to a Redis server, pipelined, and prints what it says.
 */
import { firstValueFrom, forkJoin } from 'rxjs';
import { detach, formatError } from 'rxjs-flow';
import { connectEndpoint } from 'rxjs-flow/node';
import { RedisClient } from './redis-client.js';

const [url = 'tcp://127.0.0.1:6379'] = process.argv.slice(2);

try {
  const client = new RedisClient(await firstValueFrom(connectEndpoint(url).pipe(detach())));
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
