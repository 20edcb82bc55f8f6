import { availableParallelism } from 'node:os';
import { progress, runBench } from '../run-bench.ts';
import { seedUsers, startDatabaseServer } from './database.ts';
import { startGateway } from './gateway.ts';
import { measureAll } from './measure.ts';
import { HELP, type Options, readOptions } from './options.ts';
import { report } from './report.ts';
import { countRoundTrips, type RoundTrips } from './round-trips.ts';
import { prepareDatabase, startBare, startLoadGenerator, startUpstream } from './servers.ts';

await runBench(HELP, readOptions, bench);

async function bench(options: Options, signal: AbortSignal): Promise<string> {
  await using stack = new AsyncDisposableStack();
  const running = { signal, stack };
  progress(`${process.version}, ${availableParallelism()} cores; starting`);
  const databases = await startDatabaseServer(signal, stack);
  const upstream = await startUpstream(running);
  const load = await startLoadGenerator(running);

  const bareDatabase = await databases.create('bare');
  await prepareDatabase(bareDatabase);
  const bareOf = { upstreamUrl: upstream.server.url };
  const servers = [upstream.server, await startBare({ ...bareOf, databaseUrl: bareDatabase.url }, running)];
  const counted: RoundTrips[] = [
    await countRoundTrips(
      load,
      bareDatabase,
      (databaseUrl, proxied) => startBare({ ...bareOf, databaseUrl }, proxied),
      signal,
    ),
  ];
  for (const [index, { name, folder }] of options.gateways.entries()) {
    const database = await databases.create(`gateway_${index}`);
    const of = { name, folder, database, upstreamUrl: upstream.baseUrl, workFolder: databases.folder };
    servers.push(await startGateway({ ...of, profileFolder: options.profileFolder }, running));
    await seedUsers(database);
    progress(`counting the round trips of ${name}`);
    counted.push(
      await countRoundTrips(
        load,
        database,
        (url, proxied) =>
          startGateway({ ...of, database: { ...database, url }, profileFolder: undefined }, proxied),
        signal,
      ),
    );
  }
  const cells = await measureAll(options, { servers, load, setLatency: upstream.setLatency, progress });
  progress('stopping');
  return `\n${report(cells, counted)}`;
}
