import { existsSync, statfsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// A database is a thousand small files, and making them is most of what a clone costs: in memory that is a tenth. A
// run takes up to 250 MB at a time.
const MEMORY = '/dev/shm';
const ROOM_BYTES = 1024 ** 3;
if (process.env['TMPDIR'] === undefined && freeBytes(MEMORY) >= ROOM_BYTES) process.env['TMPDIR'] = MEMORY;

// The longest, in the order in which they are to start: beside the chaos run those that mind a slow neighbour least. First
// come all that have a process of their own, because a process that is shared ends when such a one is next.
const LONGEST = [
  'chaos/chaos.process.test.ts',
  'platform/start-up.process.test.ts',
  'platform/database/embedded/starting.process.test.ts',
  'authorization/reading.test.ts',
  'sessions/flat-cost.test.ts',
  'issuing/model.test.ts',
  'subscriptions/resuming.test.ts',
  // Not the first of its worker: it gives its database little time, while what is loaded is still being compiled.
  'front-door/database-gone.test.ts',
  'subscriptions/faults.test.ts',
  'issuing/outage.test.ts',
];

// These only start processes, catch signals or change what is the process's own. All other files share one process for
// each worker, because loading the gateway takes most of them longer than their tests.
const OWN_PROCESS = ['test/**/*.process.test.ts'];

// By `npm run test:calls` alone, which says how many: it takes a minute and a half.
const BY_ITSELF = process.env['CALLS'] === undefined ? ['test/calls/survival.process.test.ts'] : [];

/** So that no worker is left with a long one at the end. By itself vitest knows how long each takes only from an earlier run. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification) => {
      const index = LONGEST.findIndex((name) => moduleId.endsWith(`/test/${name}`));
      const inProject = index === -1 ? LONGEST.length : index;
      return project.config.isolate ? inProject : inProject + LONGEST.length + 1;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  // As Node resolves: vite would prefer graphql's ES module, and two copies of graphql do not know each other.
  resolve: { alias: [{ find: /^graphql$/, replacement: createRequire(import.meta.url).resolve('graphql') }] },
  test: {
    globalSetup: ['test/support/database-server.ts'],
    // Everything is on this machine, whatever proxies its user has set (with NODE_USE_ENV_PROXY=1 Node's own fetch asks them).
    env: { NO_PROXY: '*', no_proxy: '*' },
    projects: [
      {
        extends: true,
        test: {
          name: 'own process',
          include: OWN_PROCESS,
          exclude: ['**/node_modules/**', ...BY_ITSELF],
        },
      },
      {
        extends: true,
        test: {
          name: 'shared process',
          include: ['test/**/*.test.ts'],
          exclude: ['**/node_modules/**', ...OWN_PROCESS],
          isolate: false,
        },
      },
    ],
    // Forks, because tests start servers, send signals and rely on process-wide nets.
    pool: 'forks',
    // Three on two cores, where vitest would take one: half of the time a file waits for PostgreSQL, a process or a clock. With
    // four, tests that hold a time fail now and then.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    sequence: { sequencer: LongestFirst },
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});

function freeBytes(folder: string): number {
  if (!existsSync(folder)) return 0;
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
