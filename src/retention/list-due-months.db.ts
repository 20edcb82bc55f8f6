import { withClient } from '../platform/database/with-client.ts';
import { type DuePartitions, findOldPartitions } from './find-old-partitions.db.ts';
import type { RetentionRule } from './retention-rules.db.ts';

/** What `dropOldPartitions` would drop if an operator said so; nothing is changed. */
export async function listDueMonths(
  ownerUrl: string,
  { tables, months }: Pick<RetentionRule, 'tables' | 'months'>,
): Promise<DuePartitions> {
  const options = { url: ownerUrl, application_name: 'gatehouse-retention' };
  return withClient(options, (client) => findOldPartitions(client, tables, months));
}
