import { availableParallelism } from 'node:os';
import { findPostmaster } from '../postmaster.ts';
import { progress, runBench } from '../run-bench.ts';
import { seedUsers, startDatabaseServer, withClient } from './database.ts';
import { startGateway } from './gateway.ts';
import { measureAll } from './measure.ts';
import { HELP, type Options, readOptions } from './options.ts';
import { report } from './report.ts';
import { countRoundTrips, type RoundTrips } from './round-trips.ts';
import {
  prepareDatabase,
  type Running,
  type Server,
  startBare,
  startLoadGenerator,
  startUpstream,
} from './servers.ts';
import { timingSettings } from './statement-times.ts';

await runBench(HELP, readOptions, bench);

async function bench(options: Options, signal: AbortSignal): Promise<string> {
  await using stack = new AsyncDisposableStack();
  const running = { signal, stack };
  progress(`${process.version}, ${availableParallelism()} cores; starting`);
  const settings = await timingSettings();
  const databases = await startDatabaseServer(signal, stack, settings);
  const pid = await findPostmaster(databases.superuserUrl);
  const hasTimes = 'shared_preload_libraries' in settings;
  if (hasTimes)
    await withClient(databases.superuserUrl, (client) => client.query('CREATE EXTENSION pg_stat_statements'));
  const statisticsUrl = hasTimes ? databases.superuserUrl : null;
  const upstream = await startUpstream(running);
  const load = await startLoadGenerator(running);

  const servers: Server[] = options.servers.includes('upstream') ? [upstream.server] : [];
  const counted: RoundTrips[] = [];
  /** Starts a server over its database, and counts what one like it says to PostgreSQL. */
  async function add(
    databaseName: string,
    database: { readonly url: string; readonly ownerUrl: string },
    start: (databaseUrl: string, running: Running) => Promise<Server>,
  ): Promise<void> {
    const server = await start(database.url, running);
    servers.push({ ...server, observed: { pid, name: databaseName, statisticsUrl } });
    if (server.kind === 'gateway') await seedUsers(database);
    progress(`counting the round trips of ${server.name}`);
    counted.push(await countRoundTrips(load, database, start, signal));
  }

  for (const name of ['bare', 'floor'] as const) {
    if (!options.servers.includes(name)) continue;
    const database = await databases.create(name);
    await prepareDatabase(database);
    await add(name, database, (databaseUrl, within) =>
      startBare({ name, databaseUrl, upstreamUrl: upstream.server.url }, within),
    );
  }
  for (const [index, { name, folder }] of options.gateways.entries()) {
    const databaseName = `gateway_${index}`;
    const database = await databases.create(databaseName);
    const of = { name, folder, upstreamUrl: upstream.baseUrl, workFolder: databases.folder };
    let profileFolder = options.profileFolder;
    await add(databaseName, database, (url, within) => {
      const started = startGateway({ ...of, profileFolder, database: { ...database, url } }, within);
      // Only of the one that is measured.
      profileFolder = undefined;
      return started;
    });
  }
  const cells = await measureAll(options, { servers, load, setLatency: upstream.setLatency, progress });
  progress('stopping');
  return `\n${report(cells, counted)}`;
}
