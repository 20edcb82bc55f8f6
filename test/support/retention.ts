import { dropOldPartitions } from '../../src/retention/drop-old-partitions.db.ts';
import { type RetentionPeriods, retentionRules } from '../../src/retention/retention-rules.db.ts';

/** Drops all that is due, however many months, as an operator does by a command. */
export async function dropDue(
  ownerUrl: string,
  periods: RetentionPeriods,
): Promise<{ readonly dropped: string[]; readonly errors: unknown[] }> {
  const dropped: string[] = [];
  const errors: unknown[] = [];
  for (const rule of retentionRules(periods)) {
    await dropOldPartitions({
      ownerUrl,
      rule,
      severalMonths: true,
      signal: new AbortController().signal,
      onDropped: ({ partition }) => dropped.push(partition),
      onPostponed: (partition) => errors.push(new Error(`${partition} was postponed`)),
    }).catch((error: unknown) => errors.push(error));
  }
  return { dropped, errors };
}
