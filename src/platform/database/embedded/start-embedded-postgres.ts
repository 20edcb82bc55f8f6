import { assertReachable } from './assert-reachable.ts';
import { chooseServerUser } from './choose-server-user.ts';
import { type Claim, claimServer } from './claim-server.ts';
import { createCluster } from './create-cluster.ts';
import { EmbeddedPostgresError } from './error.ts';
import { findPostmaster } from './find-postmaster.ts';
import { keepRunning } from './keep-running.ts';
import { locateBinaries } from './locate-binaries.ts';
import { obtainPassword } from './obtain-password.ts';
import { prepareDataDirectory } from './prepare-data-directory.ts';
import { APPLICATION_ROLE, DATABASE, OWNER_ROLE, prepareDatabase } from './prepare-database.ts';
import { readClusterVersion } from './read-cluster-version.ts';
import { removeAbandoned } from './remove-abandoned.ts';
import type { EmbeddedPostgresLog, ServerContext } from './server-context.ts';
import { shutDown } from './shut-down.ts';
import { stopServer } from './stop-server.ts';

export type EmbeddedPostgresOptions = {
  /** GATEHOUSE_DATA_DIR; made when missing. The cluster, its password and its log go there. */
  dataDirectory: string;
  log: EmbeddedPostgresLog;
  /** PostgreSQL settings that win over Gatehouse's own, such as `{ fsync: 'off' }` for a throw-away. */
  settings?: Readonly<Record<string, string>>;
  /** Gives up a start that is under way and shuts down what it has started. Without effect afterwards. */
  signal?: AbortSignal;
};

/** A PostgreSQL that runs until stop(). The URLs stay valid when it dies and is started again. */
export type EmbeddedPostgres = {
  /** To the maintenance database `postgres`, as superuser. */
  readonly superuserUrl: string;
  /** To the database `gatehouse`, as the role that owns it. */
  readonly ownerUrl: string;
  /** To the database `gatehouse`, as the role that owns nothing. */
  readonly applicationUrl: string;
  readonly port: number;
  /** Whether the server was running already, left behind by a gateway that was killed. */
  readonly adopted: boolean;
  /** Shuts the server down (call it after the pools are closed) and waits for that, 17 s at most. Never rejects; may be called twice. */
  stop(): Promise<void>;
};

/**
 * Starts the PostgreSQL of a data directory, or adopts the one that a killed gateway left, and keeps it running.
 * @throws EmbeddedPostgresError with a message for the operator; the signal's reason when that aborts.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const startedAt = performance.now();
  const server = await prepareServer(options);
  const signal = options.signal ?? new AbortController().signal;
  const claim = await claimServer(server, { port: undefined, signal });
  await prepareDatabaseOrShutDown(server, claim);
  const watch = keepRunning(server, claim);

  const { port, adopted } = claim;
  const milliseconds = Math.round(performance.now() - startedAt);
  const fields = {
    code: adopted ? 'embedded_postgres_adopted' : 'embedded_postgres_started',
    port,
    milliseconds,
  };
  server.log.info(fields, adopted ? 'Adopted the embedded PostgreSQL' : 'Started the embedded PostgreSQL');

  let stopped: Promise<void> | undefined;
  return {
    ...urlsOf(server, port),
    port,
    adopted,
    stop() {
      stopped ??= stopServer(server, watch);
      return stopped;
    },
  };
}

/**
 * As startEmbeddedPostgres, but where a gateway is using the data directory its server is used too, and left alone:
 * for a command that is run beside it.
 */
export async function joinEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<Pick<EmbeddedPostgres, 'ownerUrl' | 'applicationUrl' | 'stop'>> {
  try {
    return await startEmbeddedPostgres(options);
  } catch (error) {
    if (!(error instanceof EmbeddedPostgresError && error.code === 'IN_USE')) throw error;
    const server = await prepareServer(options);
    const postmaster = await findPostmaster(server.paths.cluster);
    // The gateway is just stopping: what it said first is still the best advice.
    if (postmaster.state !== 'ready') throw error;
    return { ...urlsOf(server, postmaster.port), stop: async () => {} };
  }
}

function urlsOf({ password }: ServerContext, port: number) {
  const urlOf = (role: string, database: string) =>
    `postgresql://${role}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}?sslmode=disable`;
  return {
    superuserUrl: urlOf('postgres', 'postgres'),
    ownerUrl: urlOf(OWNER_ROLE, DATABASE),
    applicationUrl: urlOf(APPLICATION_ROLE, DATABASE),
  };
}

async function prepareServer({
  dataDirectory,
  settings = {},
  log,
  signal,
}: EmbeddedPostgresOptions): Promise<ServerContext> {
  const binaries = await locateBinaries();
  const paths = await prepareDataDirectory(dataDirectory);
  const user = await chooseServerUser(paths);
  if (user !== undefined) {
    await assertReachable(user, paths.dataDirectory, 'its data');
    await assertReachable(user, binaries.initdb, 'its programs');
    await assertReachable(user, binaries.postgres, 'its programs');
  }
  await removeAbandoned(paths);
  signal?.throwIfAborted();

  // Asked before the password is read: who made a cluster had made the password before.
  const version = await readClusterVersion(paths);
  const password = await obtainPassword(paths, { mayCreate: version === undefined });
  const server = { paths, binaries, user, password, settings, log };
  if (version === undefined) await createCluster(server);
  else if (version !== binaries.major) throw wrongVersion(paths.cluster, version, binaries.major);
  return server;
}

async function prepareDatabaseOrShutDown(server: ServerContext, { pid, lock }: Claim): Promise<void> {
  try {
    await prepareDatabase(lock.client, server.password);
  } catch (error) {
    await shutDown(pid, server.log);
    await lock.release();
    throw error;
  }
}

function wrongVersion(cluster: string, found: string, needed: string): EmbeddedPostgresError {
  const message = `The database in ${cluster} was made by PostgreSQL ${found}, and this Gatehouse brings PostgreSQL ${needed}. Move it over with pg_dump of version ${found}, set GATEHOUSE_DATA_DIR to another folder, or set DATABASE_URL.`;
  return new EmbeddedPostgresError('VERSION_MISMATCH', message);
}
