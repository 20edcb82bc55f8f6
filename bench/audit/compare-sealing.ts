import type { Child } from '../child.ts';
import { measure } from '../mint/measure.ts';
import { progress } from '../run-bench.ts';
import { createBacklogReader, untilSealed } from './backlog.ts';
import type { Options } from './options.ts';
import { type Comparison, compareSides, type Side } from './sides.ts';
import { connect, type Setup, startAudited } from './start.ts';

/** Mints with sealing off and with sealing on: two gateways of the same build, in turn. */
export async function compareSealing(load: Child, setup: Setup, options: Options): Promise<Comparison[]> {
  const { running } = setup;
  const { server: off } = await startAudited(setup, { name: 'sealing_off', sealing: false });
  const { server: on, database } = await startAudited(setup, { name: 'sealing_on', sealing: true });
  const readBacklog = createBacklogReader(await connect(database.url, running));
  const sides: Side[] = [
    { server: { ...off, name: 'sealing off' } },
    {
      server: { ...on, name: 'sealing on' },
      async afterRound() {
        const backlog = await readBacklog();
        // What this round has left to do must not be done in the other's time.
        const sealed = await untilSealed(readBacklog, running.signal);
        if (sealed === null) throw new Error('The events of a round are still not sealed a minute later');
        return backlog;
      },
    },
  ];
  for (const { server, afterRound } of sides) {
    progress(`warming ${server.name} up`);
    await measure(load, server, { connections: 16, warmUpSeconds: 0, seconds: options.warmUpSeconds });
    await afterRound?.();
  }
  return await compareSides(load, sides, options);
}
