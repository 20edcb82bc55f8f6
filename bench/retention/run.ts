import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { createPool } from '../../src/platform/database/pool.ts';
import { type DroppedPartition, dropOldPartitions } from '../../src/retention/drop-old-partitions.db.ts';
import { SESSION_TABLES } from '../../src/retention/retention-rules.db.ts';
import { startDatabaseServer } from '../mint/database.ts';
import { prepareDatabase } from '../mint/servers.ts';
import { readNumber, readWhole } from '../options.ts';
import { progress, runBench } from '../run-bench.ts';
import { fillMonth } from './fill-month.ts';
import { type Slowest, startTraffic } from './traffic.ts';

// What dropping an old month costs those who mint and read meanwhile.

const HELP = `npm run bench:retention -- [--rows 1000000] [--connections 4] [--seconds 10]
Drops a month of so many sessions (of an embedded PostgreSQL, fsync on) while so many connections reserve and read.
Prints how long it took, and the longest statement of each kind in so many seconds before, and meanwhile. A statement
that waits for a lock for more than 100 ms is an error.
`;

await runBench(HELP, readOptions, bench);

function readOptions(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      rows: { type: 'string', default: '1000000' },
      connections: { type: 'string', default: '4' },
      seconds: { type: 'string', default: '10' },
    },
  });
  return {
    rows: readWhole(values.rows, '--rows', 1),
    connections: readWhole(values.connections, '--connections', 1),
    seconds: readNumber(values.seconds, '--seconds', 0.1),
  };
}

async function bench(
  { rows, connections, seconds }: ReturnType<typeof readOptions>,
  signal: AbortSignal,
): Promise<string> {
  await using stack = new AsyncDisposableStack();
  const database = await (await startDatabaseServer(signal, stack)).create('retention');
  await prepareDatabase(database);
  progress(`${process.version}, ${availableParallelism()} cores; loading ${rows} sessions`);
  const owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  const megabytes = await fillMonth(owner, rows);
  await owner.end();

  // Slow because the machine is busy is one thing; who waits for a lock this long ends the benchmark with an error.
  const url = new URL(database.url);
  url.searchParams.set('lock_timeout', '100');
  const pool = createPool({ url: url.href, size: connections, timeoutMs: 10_000, onError: () => {} });
  stack.defer(() => pool.end());
  const traffic = startTraffic(pool, connections);
  stack.defer(() => traffic.stop());
  progress('warming up');
  await traffic.during(() => sleep(2000, undefined, { signal }));
  const before = await traffic.during(() => sleep(seconds * 1000, undefined, { signal }));
  progress('dropping');
  const dropped: DroppedPartition[] = [];
  const meanwhile = await traffic.during(async () => {
    await dropOldPartitions({
      rule: { tables: SESSION_TABLES, months: 13 },
      severalMonths: true,
      ownerUrl: database.ownerUrl,
      signal,
      onDropped: (one) => dropped.push(one),
      onPostponed: () => progress('postponed'),
    });
    // What it leaves to be planned anew, too.
    await sleep(1000);
  });
  const drops = dropped.map(
    ({ rows: count, milliseconds }) => `dropped ${count} sessions (${megabytes} MB) in ${milliseconds} ms\n`,
  );
  return `${drops.join('')}before:     ${describe(before)}\nmeanwhile:  ${describe(meanwhile)}\n`;
}

function describe({ statements, longest }: Slowest): string {
  const each = [...longest].map(([kind, milliseconds]) => `${kind} ${milliseconds.toFixed(1)} ms`);
  return `${statements} statements, the longest of each kind: ${each.join(', ')}`;
}
