import type { Logger } from 'pino';
import type { Config } from '../platform/config/config.ts';
import { logJobFailure } from '../platform/process/repeat.ts';
import type { SealingKey } from '../sealing/seal.ts';
import { keepPartitionsAhead } from './create-partitions.job.ts';
import { enforceRetention } from './enforce-retention.job.ts';

type Parts = {
  readonly config: Pick<Config, 'retentionMonths' | 'auditRetentionMonths'>;
  /** Connects as the owner of the tables, which the gateway itself does not work as. */
  readonly ownerUrl: string;
  /** The first signs for what is dropped of the audit trail. */
  readonly auditKeys: readonly [SealingKey, ...SealingKey[]];
  readonly log: Logger;
};

/** Partitions: created ahead, and dropped when they are older than retention. */
export function openRetention({ config, ownerUrl, auditKeys, log }: Parts): { close(): Promise<void> } {
  const stopCreating = keepPartitionsAhead(ownerUrl, logJobFailure(log, 'partitions'));
  const stopDropping = enforceRetention({
    ownerUrl,
    months: config.retentionMonths,
    auditMonths: config.auditRetentionMonths,
    auditKeys,
    log,
    onError: logJobFailure(log, 'retention'),
  });
  return {
    close() {
      stopCreating();
      return stopDropping();
    },
  };
}
