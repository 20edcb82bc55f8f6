import { createKey } from '../../src/commands/create-key.ts';
import { createApplicationsLedger } from '../../src/postgres/change-applications.ts';
import { createPool } from '../../src/postgres/pool.ts';
import { createLedgerReader } from '../../src/postgres/reader.ts';

/** An application's key that reads all sessions and users, as a dashboard has one. */
export async function createBenchKey(url: string): Promise<string> {
  const pool = createPool({ url, size: 1, timeoutMs: 10_000, onError: () => {} });
  try {
    const made = await createKey(
      {
        reader: createLedgerReader(pool, { reach: 'EVERYTHING' }),
        applications: createApplicationsLedger(pool),
      },
      {
        application: 'bench-dashboard',
        name: 'bench:read',
        scopes: ['SESSIONS_READ', 'USERS_READ'],
        reach: 'EVERYTHING',
        expiresAt: null,
      },
    );
    if (made.kind === 'invalid') throw new Error('The key was refused');
    return made.value.reveal();
  } finally {
    await pool.end();
  }
}
