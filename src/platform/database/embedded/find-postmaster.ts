import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { errorCode } from './error.ts';

/** The server of a cluster, as postmaster.pid and the process table tell it. */
export type Postmaster = { readonly state: 'absent'; readonly stalePid: number | undefined } | PostmasterFile;

type PostmasterFile = {
  readonly state: 'starting' | 'ready' | 'stopping';
  readonly pid: number;
  readonly port: number;
};

/** Finds the running server of a cluster (an absolute path without links). A pid that another program has by now counts as absent. */
export async function findPostmaster(cluster: string): Promise<Postmaster> {
  const written = await readPostmasterFile(cluster);
  if (written === undefined) return { state: 'absent', stalePid: undefined };
  return (await isServerOf(cluster, written.pid)) ? written : { state: 'absent', stalePid: written.pid };
}

/** What postmaster.pid says, true or left over. Undefined when there is none, or it is just being written. */
export async function readPostmasterFile(cluster: string): Promise<PostmasterFile | undefined> {
  const content = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  // Lines: pid, folder, start time, port, socket folder, address, shared memory key, status.
  const lines = content.split('\n').map((line) => line.trim());
  const pid = Number.parseInt(lines[0] ?? '', 10);
  return pid > 0 ? { state: toState(lines[7]), pid, port: Number(lines[3]) } : undefined;
}

function toState(status: string | undefined): PostmasterFile['state'] {
  if (status === 'ready' || status === 'stopping') return status;
  return 'starting';
}

/** Whether a process exists. One that has ended and was not reaped yet (a zombie) does not count. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
  if (process.platform !== 'linux') return true;
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  // "pid (name) state …", and a name may contain anything.
  const state = stat.slice(stat.lastIndexOf(')') + 2)[0];
  return state !== undefined && state !== 'Z' && state !== 'X';
}

// A server's working folder is its cluster, and ours have the cluster in their arguments.
async function isServerOf(cluster: string, pid: number): Promise<boolean> {
  if (!(await isAlive(pid))) return false;
  if (process.platform === 'linux') {
    return (await readlink(`/proc/${pid}/cwd`).catch(() => undefined)) === cluster;
  }
  const ps = await promisify(execFile)('ps', ['-ww', '-o', 'command=', '-p', String(pid)]).catch(
    () => undefined,
  );
  return ps?.stdout.includes(` -D ${cluster} `) ?? false;
}
