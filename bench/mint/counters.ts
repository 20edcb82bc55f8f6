import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';

export type Counters = ReturnType<typeof readCounters>;

/**
 * The time in milliseconds, and seconds of CPU so far: this process, the server, PostgreSQL with all its processes, all
 * processes of the benchmark, the whole machine. What only /proc tells is null where there is none.
 */
export function readCounters({ serverPid, databasePid, rootPid }: Pids) {
  const { user, system } = process.cpuUsage();
  const ticks = cpus().map(({ times }) => times);
  const idle = ticks.reduce((sum, times) => sum + times.idle, 0);
  const all = ticks.flatMap((times) => Object.values(times)).reduce((sum, value) => sum + value, 0);
  const processes = process.platform === 'linux' ? readProcesses() : null;
  return {
    time: performance.now(),
    own: (user + system) / 1e6,
    server: processes?.find(({ pid }) => pid === serverPid)?.seconds ?? null,
    database: processes === null || databasePid === undefined ? null : familySeconds(processes, databasePid),
    benchmark: processes === null ? null : familySeconds(processes, rootPid),
    machineBusy: (all - idle) / 1000,
    machine: all / 1000,
  };
}

type Pids = {
  readonly serverPid: number;
  /** PostgreSQL's first process, whose children are the others. */
  readonly databasePid?: number;
  /** Of the benchmark. */
  readonly rootPid: number;
};

type Process = {
  readonly pid: number;
  readonly parent: number;
  readonly seconds: number;
  /** Of its children that have ended. */
  readonly reaped: number;
};

function readProcesses(): Process[] {
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return ids.flatMap((id) => {
    try {
      // After the program's name, which may hold anything: state, parent, …; times are hundredths of a second.
      const fields = readFileSync(`/proc/${id}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
      const [own, ownInKernel, children, childrenInKernel] = fields
        .slice(11, 15)
        .map((ticks) => Number(ticks) / 100);
      const seconds = (own ?? 0) + (ownInKernel ?? 0);
      const reaped = (children ?? 0) + (childrenInKernel ?? 0);
      return [{ pid: Number(id), parent: Number(fields[1]), seconds, reaped }];
    } catch {
      return []; // It has ended meanwhile.
    }
  });
}

function familySeconds(processes: readonly Process[], root: number): number {
  const children = processes.filter(({ parent }) => parent === root);
  const { seconds = 0, reaped = 0 } = processes.find(({ pid }) => pid === root) ?? {};
  return children.reduce((sum, { pid }) => sum + familySeconds(processes, pid), seconds + reaped);
}
