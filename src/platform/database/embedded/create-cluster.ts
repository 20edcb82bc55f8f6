import { chown, mkdtemp, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerUser } from './choose-server-user.ts';
import { EmbeddedPostgresError, errorCode } from './error.ts';
import { launch } from './launch.ts';
import type { DataPaths } from './prepare-data-directory.ts';
import { readClusterVersion } from './read-cluster-version.ts';
import { readLogTail } from './read-log-tail.ts';
import type { ServerContext } from './server-context.ts';

/**
 * Makes the cluster in a folder beside its place and moves it there when it is complete: a crash leaves no
 * half of one, and of two gateways that do this at once one keeps its own and the other finds that.
 * @throws EmbeddedPostgresError START_FAILED when initdb fails, CLUSTER_UNUSABLE when something else is in its place.
 */
export async function createCluster(server: ServerContext): Promise<void> {
  const { paths, user } = server;
  const inItsPlace = await readdir(paths.cluster).catch(() => []);
  if (inItsPlace.length > 0) return acceptCluster(paths);
  const workshop = await mkdtemp(join(paths.dataDirectory, 'postgres.new-'));
  try {
    const passwordFile = join(workshop, 'password');
    await writeFile(passwordFile, server.password, { mode: 0o600 });
    if (user !== undefined) await giveTo(user, [workshop, passwordFile]);
    const cluster = join(workshop, 'cluster');
    await runInitdb(server, { cluster, passwordFile });
    await moveIntoPlace(cluster, paths);
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

async function giveTo({ name, uid, gid }: ServerUser, paths: readonly string[]): Promise<void> {
  try {
    for (const path of paths) await chown(path, uid, gid);
  } catch (error) {
    const message = `PostgreSQL cannot run as root, and this root may not give files to the user "${name}" (${errorCode(error)}). Run Gatehouse as a normal user, or set DATABASE_URL.`;
    throw new EmbeddedPostgresError('USER_UNAVAILABLE', message, { cause: error });
  }
}

async function runInitdb(
  { binaries, user, paths, settings }: ServerContext,
  { cluster, passwordFile }: { cluster: string; passwordFile: string },
): Promise<void> {
  const initdb = await launch({
    binary: binaries.initdb,
    arguments: [
      `--pgdata=${cluster}`,
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
      ...(settings['fsync'] === 'off' ? ['--no-sync'] : []),
    ],
    user,
    logFile: paths.logFile,
    outlivesGateway: false,
  });
  const exit = await initdb.exited;
  if (exit === 'exit code 0') return;
  const tail = await readLogTail(paths.logFile, { start: initdb.logStart, lines: 15 });
  throw new EmbeddedPostgresError(
    'START_FAILED',
    `initdb ended with ${exit}. From ${paths.logFile}:\n${tail}`,
  );
}

async function moveIntoPlace(cluster: string, paths: DataPaths): Promise<void> {
  try {
    await rename(cluster, paths.cluster);
  } catch (error) {
    return acceptCluster(paths, error);
  }
  // initdb has synced the files, not the folder that they were moved into.
  const folder = await open(paths.dataDirectory, 'r');
  await folder.sync().finally(() => folder.close());
}

// What came into the cluster's place meanwhile is fine when it is a cluster: another gateway was faster.
async function acceptCluster(paths: DataPaths, cause?: unknown): Promise<void> {
  if ((await readClusterVersion(paths)) !== undefined) return;
  const message = `${paths.cluster} is in the way of a new database and is not one. Move it away, or set GATEHOUSE_DATA_DIR to another folder.`;
  throw new EmbeddedPostgresError('CLUSTER_UNUSABLE', message, { cause });
}
