import { createKey } from '../../src/commands/create-key.ts';
import type { Scope } from '../../src/domain/actor.ts';
import { createApplicationsLedger } from '../../src/postgres/change-applications.ts';
import { createPool } from '../../src/postgres/pool.ts';
import { createLedgerReader } from '../../src/postgres/reader.ts';

/** A key of an application's that sees everything, with these scopes. */
export async function createBenchKey(url: string, name: string, scopes: readonly Scope[]): Promise<string> {
  const pool = createPool({ url, size: 1, timeoutMs: 10_000, onError: () => {} });
  try {
    const made = await createKey(
      {
        reader: createLedgerReader(pool, { reach: 'EVERYTHING' }),
        applications: createApplicationsLedger(pool),
      },
      { application: 'bench', name, scopes: [...scopes], reach: 'EVERYTHING', expiresAt: null },
    );
    if (made.kind === 'invalid') throw new Error('The key was refused');
    return made.value.reveal();
  } finally {
    await pool.end();
  }
}
