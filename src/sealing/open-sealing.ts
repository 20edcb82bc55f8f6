import type { Logger } from 'pino';
import type { Config } from '../platform/config/config.ts';
import type { OpenDatabase } from '../platform/database/database.ts';
import { transactionOverlapMs } from '../platform/database/transaction-overlap.ts';
import { repeat } from '../platform/process/repeat.ts';
import { openHeadsFile } from './heads-file.ts';
import type { SealingKey } from './seal.ts';
import { sealTrail } from './seal-trail.job.ts';

type Parts = {
  readonly config: Pick<Config, 'auditHeadsFile' | 'databaseTimeoutMs'>;
  readonly ledger: Pick<OpenDatabase, 'pool'>;
  readonly key: SealingKey;
  readonly log: Logger;
};

// An event is sealed within a second of its commit.
const LOOK_EVERY_MS = 200;
// What is computed between two statements while all other gateways wait for this one: some tens of milliseconds.
const BATCH = 2000;

/**
 * Seals the trail for as long as the gateway runs.
 * @returns what stops it
 * @throws StartError when the heads file cannot be written
 */
export async function openSealing({ config, ledger, key, log }: Parts): Promise<() => Promise<void>> {
  const file = config.auditHeadsFile === undefined ? null : await openHeadsFile(config.auditHeadsFile);
  const options = {
    pool: ledger.pool,
    key,
    overlapMs: transactionOverlapMs(config.databaseTimeoutMs),
    most: BATCH,
  };
  let allSealedAt: number | null = null;
  const stop = repeat(
    LOOK_EVERY_MS,
    async (stopping) => {
      allSealedAt = await sealTrail(
        options,
        async (head) => {
          log.info({ head }, 'trail sealed');
          // The batch is sealed all the same, and the next head vouches for this one.
          await file?.append(head).catch((err: unknown) => log.error({ err }, 'a head could not be written'));
        },
        stopping,
        allSealedAt,
      );
    },
    (err) => log.error({ err, job: 'seal-trail' }, 'periodic work failed'),
  );
  return async () => {
    await stop();
    await file?.close();
  };
}
