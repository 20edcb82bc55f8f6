import { openApplications } from '../../src/applications/open-applications.ts';
import type { Scope } from '../../src/authorization/actor.ts';
import { createKey } from '../../src/commands/create-key.ts';
import { createPool } from '../../src/platform/database/pool.ts';
import { createPrisma } from '../../src/platform/database/prisma.ts';
import { createReader } from '../../src/reader.db.ts';

/** A key of an application's that sees everything, with these scopes. */
export async function createBenchKey(url: string, name: string, scopes: readonly Scope[]): Promise<string> {
  const pool = createPool({ url, size: 1, timeoutMs: 10_000, onError: () => {} });
  const prisma = createPrisma(pool);
  try {
    const made = await createKey(
      {
        reader: createReader({ pool, prisma }, { reach: 'EVERYTHING' }),
        ...openApplications({ prisma }),
      },
      { application: 'bench', name, scopes: [...scopes], reach: 'EVERYTHING', expiresAt: null },
    );
    if (made.kind === 'invalid') throw new Error('The key was refused');
    return made.value.reveal();
  } finally {
    await pool.end();
  }
}
