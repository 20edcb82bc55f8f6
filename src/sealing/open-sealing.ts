import type pg from 'pg';
import type { Logger } from 'pino';
import type { Config } from '../platform/config/config.ts';
import { transactionOverlapMs } from '../platform/database/transaction-overlap.ts';
import { repeat } from '../platform/process/repeat.ts';
import { openHeadsFile } from './heads-file.ts';
import { sealTrail } from './seal-trail.job.ts';
import type { SealingKey } from './signed.ts';

type Parts = {
  readonly config: Pick<Config, 'auditHeadsFile' | 'databaseTimeoutMs'>;
  readonly ledger: { readonly pool: pg.Pool };
  readonly key: SealingKey;
  readonly log: Logger;
};

// Promised: an event is sealed within a second of its commit.
const SEAL_EVERY_MS = 200;
// While the MACs of a batch are computed, some tens of milliseconds, no other gateway can seal.
const BATCH_SIZE = 2000;
// How long a gateway that stops seals what is still unsealed.
const LAST_SEAL_MS = 2000;

/**
 * Seals the trail for as long as the gateway runs.
 * @returns a function that stops it, once what was written before is sealed: it may be long until the next gateway starts
 * @throws StartError when the heads file cannot be written
 */
export async function openSealing({ config, ledger, key, log }: Parts): Promise<() => Promise<void>> {
  const file = config.auditHeadsFile === undefined ? null : await openHeadsFile(config.auditHeadsFile);
  const options = {
    pool: ledger.pool,
    key,
    overlapMs: transactionOverlapMs(config.databaseTimeoutMs),
    batchSize: BATCH_SIZE,
  };
  let allSealedAt: number | null = null;
  const seal = async (stopping: AbortSignal) => {
    allSealedAt = await sealTrail(
      options,
      async (head) => {
        log.info({ head }, 'trail sealed');
        // A failure is not fatal: the batch is sealed in the database, and the next head includes this one's MAC.
        await file?.append(head).catch((err: unknown) => log.error({ err }, 'a head could not be written'));
      },
      stopping,
      allSealedAt,
    );
  };
  const failed = (err: unknown) => log.error({ err, job: 'seal-trail' }, 'periodic work failed');
  const stop = repeat(SEAL_EVERY_MS, seal, failed);
  return async () => {
    await stop();
    await seal(AbortSignal.timeout(LAST_SEAL_MS)).catch(failed);
    await file?.close();
  };
}
