import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPackages } from '../../scripts/install-packages.ts';
import { findBrowser } from '../../test/console/find-browser.ts';
import { openDataset } from '../dashboards/dataset.ts';
import { startGateway } from '../mint/gateway.ts';
import { createBenchKey } from '../read/bench-key.ts';
import { renewLiveSessions } from '../read/renew-live-sessions.ts';
import { progress, runBench } from '../run-bench.ts';
import { HELP, type Options, readOptions } from './options.ts';

const ROOT = join(import.meta.dirname, '../..');

await runBench(HELP, readOptions, bench);

async function bench({ rounds, warmUp, ...sizes }: Options, signal: AbortSignal): Promise<string> {
  await using stack = new AsyncDisposableStack();
  progress(`${process.version}, ${availableParallelism()} cores; starting`);
  const executablePath = await openBrowser();
  const workFolder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'));
  stack.defer(() => rm(workFolder, { recursive: true, force: true }));
  const database = await openDataset(sizes, { signal, stack }, progress);
  progress('making sessions that live');
  await renewLiveSessions(database.ownerUrl);
  const key = await createBenchKey(database.url, 'bench:console', [
    'SESSIONS_READ',
    'USERS_READ',
    'USAGE_READ',
    'AUDIT_READ',
  ]);
  const { url } = await startGateway(
    {
      name: 'gateway',
      folder: ROOT,
      database,
      // Nothing is minted.
      upstreamUrl: 'http://127.0.0.1:9/v1',
      workFolder,
      profileFolder: undefined,
      env: { GATEHOUSE_CONSOLE: 'true' },
    },
    { signal, stack },
  );
  // It needs what was installed only now.
  const { measure } = await import('./measure.ts');
  const { origin } = new URL(url);
  const measured = await measure({ executablePath, origin, key, rounds, warmUp, signal, progress });
  const load = loadavg().map((average) => average.toFixed(1));
  return `\n${sizes.sessions} sessions, ${sizes.users} users; load average ${load[0]} on ${availableParallelism()} cores\n${measured}`;
}

/** @returns where it is */
async function openBrowser(): Promise<string> {
  if (!installPackages(join(ROOT, 'test/console'), 'a browser for the console'))
    throw new Error('The packages could not be installed');
  const path = await findBrowser();
  if (path === undefined)
    throw new Error('There is no Chromium on this machine (CONSOLE_BROWSER may name one)');
  return path;
}
