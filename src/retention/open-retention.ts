import type { Logger } from 'pino';
import type { Config } from '../platform/config/config.ts';
import type { Metrics } from '../platform/process/metrics.ts';
import { logJobFailure } from '../platform/process/repeat.ts';
import type { SealingKey } from '../sealing/signed.ts';
import { keepPartitionsAhead } from './create-partitions.job.ts';
import { enforceRetention } from './enforce-retention.job.ts';

type Parts = {
  readonly config: Pick<Config, 'retentionMonths' | 'auditRetentionMonths'>;
  /** Connects as the owner of the tables, which the gateway itself does not work as. */
  readonly ownerUrl: string;
  /** The first signs for what is dropped of the audit trail. */
  readonly auditKeys: readonly [SealingKey, ...SealingKey[]];
  readonly log: Logger;
  readonly metrics: Pick<Metrics, 'retentionHeld'>;
};

/** Partitions: created ahead, and dropped when they are older than retention. */
export function openRetention({ config, ownerUrl, auditKeys, log, metrics }: Parts): {
  close(): Promise<void>;
} {
  const stopCreating = keepPartitionsAhead(ownerUrl, logJobFailure(log, 'partitions'));
  const stopDropping = enforceRetention({
    ownerUrl,
    months: config.retentionMonths,
    auditMonths: config.auditRetentionMonths,
    auditKeys,
    log,
    onError: logJobFailure(log, 'retention'),
    onHeld: (of, partitions) => metrics.retentionHeld.set({ of }, partitions),
  });
  return {
    close() {
      stopCreating();
      return stopDropping();
    },
  };
}
