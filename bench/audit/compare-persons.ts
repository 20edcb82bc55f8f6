import type { Child } from '../child.ts';
import { measure } from '../mint/measure.ts';
import { USERS } from '../mint/requests.ts';
import { createBenchKey } from '../read/bench-key.ts';
import { progress } from '../run-bench.ts';
import type { Options } from './options.ts';
import { startIdentityProvider } from './persons.ts';
import { type Comparison, compareSides, type Side } from './sides.ts';
import { type Setup, startAudited } from './start.ts';

/** Mints by an API key and by end users for themselves, at one gateway, in turn. */
export async function comparePersons(load: Child, setup: Setup, options: Options): Promise<Comparison[]> {
  const { tokens, env } = await startIdentityProvider(setup.running.stack);
  const { server, database } = await startAudited(setup, { name: 'persons', sealing: true, env });
  const key = await createBenchKey(database.url, 'bench:audit', ['SESSIONS_CREATE']);
  const sides: Side[] = [
    {
      server: { ...server, name: 'API key', headers: { ...server.headers, authorization: `Bearer ${key}` } },
    },
    { server: { ...server, name: 'end users', authorizations: tokens.map((token) => `Bearer ${token}`) } },
  ];
  for (const { server: side } of sides) {
    progress(`warming ${side.name} up`);
    // Once for each user: the gateway checks the signature of a token that it has not seen, and remembers it.
    await measure(load, side, { connections: 16, warmUpSeconds: 0, seconds: 600, mints: USERS });
  }
  return await compareSides(load, sides, options);
}
