import { readFile, stat } from 'node:fs/promises';
import { EmbeddedPostgresError } from './error.ts';
import type { DataPaths } from './prepare-data-directory.ts';
import { readClusterVersion } from './read-cluster-version.ts';

/** The system user that the server runs as, when that is not the gateway's own. */
export type ServerUser = { readonly name: string; readonly uid: number; readonly gid: number };

// `_postgres` is what macOS calls it.
const CANDIDATES = ['postgres', '_postgres', 'nobody'];

/**
 * PostgreSQL refuses to run as root. Root starts it as the owner of what is there already, else as the user
 * `postgres`, else as `nobody`; anybody else starts it as themselves (undefined).
 * @throws EmbeddedPostgresError CLUSTER_UNUSABLE when the cluster belongs to somebody else, USER_UNAVAILABLE
 * when root finds nobody to run it as.
 */
export async function chooseServerUser(paths: DataPaths): Promise<ServerUser | undefined> {
  const ownUid = process.getuid?.();
  const cluster = await ownerOf(paths.cluster);
  if (ownUid !== 0) {
    if (cluster !== undefined && cluster.uid !== ownUid) throw foreignCluster(paths, cluster.uid);
    return undefined;
  }
  if (cluster?.uid === 0 && (await readClusterVersion(paths)) !== undefined) throw rootsCluster(paths);
  const users = await readSystemUsers();
  if (cluster !== undefined && cluster.uid !== 0) {
    return { name: nameOf(users, cluster.uid), uid: cluster.uid, gid: cluster.gid };
  }
  const folder = await ownerOf(paths.dataDirectory);
  const chosen =
    users.find(({ uid }) => uid === folder?.uid) ??
    CANDIDATES.map((wanted) => users.find(({ name }) => name === wanted)).find((user) => user !== undefined);
  if (chosen !== undefined) return chosen;
  throw new EmbeddedPostgresError(
    'USER_UNAVAILABLE',
    'PostgreSQL refuses to run as root, and there is no user "postgres" or "nobody" to run it as. Run Gatehouse as a normal user, or set DATABASE_URL.',
  );
}

async function ownerOf(path: string): Promise<{ uid: number; gid: number } | undefined> {
  const { uid, gid } = (await stat(path).catch(() => undefined)) ?? {};
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

// Root is left out: it is the one user that PostgreSQL refuses.
async function readSystemUsers(): Promise<ServerUser[]> {
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  return passwd
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ uid, gid }) => uid > 0 && gid >= 0);
}

function nameOf(users: readonly ServerUser[], uid: number): string {
  return users.find((user) => user.uid === uid)?.name ?? `uid ${uid}`;
}

function rootsCluster(paths: DataPaths): EmbeddedPostgresError {
  const message = `The database in ${paths.cluster} belongs to root, as whom PostgreSQL refuses to run. Give it to another user (chown -R postgres), set GATEHOUSE_DATA_DIR to another folder, or set DATABASE_URL.`;
  return new EmbeddedPostgresError('CLUSTER_UNUSABLE', message);
}

function foreignCluster(paths: DataPaths, uid: number): EmbeddedPostgresError {
  const message = `The database in ${paths.cluster} belongs to another user (uid ${uid}). Run Gatehouse as that user, give the folder to this one (chown -R), set GATEHOUSE_DATA_DIR to another folder, or set DATABASE_URL.`;
  return new EmbeddedPostgresError('CLUSTER_UNUSABLE', message);
}
