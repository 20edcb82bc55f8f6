import { availableParallelism } from 'node:os';
import { startDatabaseServer } from '../mint/database.ts';
import { startLoadGenerator, startUpstream } from '../mint/servers.ts';
import { progress, runBench } from '../run-bench.ts';
import { comparePersons } from './compare-persons.ts';
import { compareSealing } from './compare-sealing.ts';
import { keepUp } from './keep-up.ts';
import { HELP, type Options, readOptions } from './options.ts';
import { reportComparison, reportKeptUp } from './report.ts';
import type { Setup } from './start.ts';

await runBench(HELP, readOptions, bench);

async function bench(options: Options, signal: AbortSignal): Promise<string> {
  await using stack = new AsyncDisposableStack();
  progress(`${process.version}, ${availableParallelism()} cores; starting`);
  const databases = await startDatabaseServer(signal, stack);
  const { baseUrl } = await startUpstream({ signal, stack });
  const load = await startLoadGenerator({ signal, stack });
  const reports: string[] = [];

  /** Its gateways end before the next ones start: an idle one still looks for something to do. */
  async function during(part: (setup: Setup) => Promise<string>): Promise<void> {
    await using parts = new AsyncDisposableStack();
    reports.push(await part({ databases, upstreamUrl: baseUrl, running: { signal, stack: parts } }));
  }

  if (options.rounds > 0)
    await during(async (setup) =>
      reportComparison('Sealing', await compareSealing(load, setup, options), { aimed: true }),
    );
  if (options.rounds > 0 && options.persons)
    await during(async (setup) =>
      reportComparison('Who asks', await comparePersons(load, setup, options), { aimed: false }),
    );
  if (options.seconds > 0) await during(async (setup) => reportKeptUp(await keepUp(setup, options), options));
  return `\n${reports.join('\n')}`;
}
