import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from '../child.ts';
import { progress, runBench } from '../run-bench.ts';
import { measureBuffers } from './buffers.ts';
import { openDataset } from './dataset.ts';
import { measureAll } from './measure.ts';
import { HELP, type Options, readOptions } from './options.ts';
import { report } from './report.ts';
import { startTargets } from './targets.ts';
import { verify } from './verify.ts';

/** As many for each user as at the default size, so that a page of a user's is full in a small ledger too. */
const SESSIONS_OF_A_USER = 100;

await runBench(HELP, readOptions, bench);

async function bench(options: Options, signal: AbortSignal): Promise<string> {
  await using stack = new AsyncDisposableStack();
  const running = { signal, stack };
  progress(`${process.version}, ${availableParallelism()} cores; starting`);
  // What the peers are run with in production; the gateway is started with an environment of its own.
  process.env['NODE_ENV'] = 'production';
  process.env['GRAPHILE_ENV'] = 'production';
  const workFolder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'));
  stack.defer(() => rm(workFolder, { recursive: true, force: true }));
  const users = Math.ceil(options.sessions / SESSIONS_OF_A_USER);
  const sizes = { users, sessions: options.sessions };
  const database = await openDataset(sizes, running, progress);
  if (options.buffers) return `\n${await measureBuffers(database, stack, progress)}`;
  const targets = await startTargets(options.targets, {
    database,
    workFolder,
    profileFolder: options.profileFolder,
    progress,
    ...running,
  });
  for (const query of options.queries) await verify(query, targets, users);
  progress('all answer the same');
  const load = await startChild(join(import.meta.dirname, 'load.ts'), [], running);
  const cells = await measureAll(options, {
    targets,
    load,
    users,
    databasePid: database.postmaster,
    progress,
  });
  progress('stopping');
  return `\n${report(cells)}`;
}
