import pg from 'pg';
import { createPartitions } from '../platform/database/migrate.ts';

const SIX_HOURS_MS = 6 * 60 * 60 * 1000;

/**
 * Creates partitions ahead for as long as the gateway runs (start-up made the first three months), as the
 * owner's role, which the gateway itself does not work as. Several replicas may: what exists is skipped.
 * @returns a function that stops it
 */
export function keepPartitionsAhead(ownerUrl: string, onError: (error: unknown) => void): () => void {
  const timer = setInterval(() => void createAhead(ownerUrl).catch(onError), SIX_HOURS_MS);
  timer.unref();
  return () => clearInterval(timer);
}

async function createAhead(ownerUrl: string): Promise<void> {
  const client = new pg.Client({
    connectionString: ownerUrl,
    application_name: 'gatehouse-partitions',
    connectionTimeoutMillis: 10_000,
  });
  client.on('error', () => {});
  await client.connect();
  try {
    await createPartitions(client);
  } finally {
    await client.end();
  }
}
