import { createPartitions } from '../platform/database/migrate.ts';
import { withClient } from '../platform/database/with-client.ts';

const SIX_HOURS_MS = 6 * 60 * 60 * 1000;

/**
 * Creates partitions ahead for as long as the gateway runs; at start, migrating creates those of this month and the next
 * three. It needs the owner's role, which the gateway does not otherwise work as. Several gateways may do it at once:
 * partitions that exist are skipped.
 * @returns a function that stops it
 */
export function keepPartitionsAhead(ownerUrl: string, onError: (error: unknown) => void): () => void {
  const timer = setInterval(() => void createAhead(ownerUrl).catch(onError), SIX_HOURS_MS);
  timer.unref();
  return () => clearInterval(timer);
}

async function createAhead(ownerUrl: string): Promise<void> {
  await withClient({ url: ownerUrl, application_name: 'gatehouse-partitions' }, createPartitions);
}
