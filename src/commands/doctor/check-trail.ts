import type pg from 'pg';
import type { Config } from '../../platform/config/config.ts';
import { findAuditKeys, findFingerprintKeys, type KeyRing } from '../../platform/config/keys.ts';
import { transactionOverlapMs } from '../../platform/database/transaction-overlap.ts';
import { readUnsealed } from '../../sealing/read-seals.db.ts';
import { readPosition, startOf } from '../../sealing/seal-batch.db.ts';
import { timeOf } from '../../sealing/sealed-columns.db.ts';
import { type Check, fail, failed, ok, warn } from './check.ts';

// Promised is one second. The job of a gateway that has just started may take longer.
const MOST_LAG_MS = 10_000;

/** Whether the keys are there, and are those that the newest records were made with. */
export async function checkKeysInUse(pool: pg.Pool, config: Config): Promise<Check[]> {
  return Promise.all([
    checkRing(
      'audit key',
      findAuditKeys(config),
      pool.query('SELECT key_id AS id FROM audit_head ORDER BY batch DESC LIMIT 1'),
      'GATEHOUSE_AUDIT_KEY',
    ),
    checkRing(
      'fingerprint key',
      findFingerprintKeys(config),
      pool.query(
        'SELECT fingerprint_key_id AS id FROM realtime_session WHERE fingerprint_key_id IS NOT NULL ORDER BY id DESC LIMIT 1',
      ),
      'GATEHOUSE_FINGERPRINT_KEY',
    ),
  ]);
}

async function checkRing(
  name: string,
  finding: Promise<KeyRing>,
  asking: Promise<pg.QueryResult<{ id: string }>>,
  variable: string,
): Promise<Check> {
  const [found, asked] = await Promise.allSettled([finding, asking]);
  if (found.status === 'rejected') return failed(name, found.reason);
  if (asked.status === 'rejected') return failed(name, asked.reason);
  const used = asked.value.rows[0]?.id;
  const ids = found.value.map(({ id }) => id);
  if (used !== undefined && !ids.includes(used))
    return fail(
      name,
      `the newest record was made with the key ${used}, which is not one of ${ids.join(', ')}.`,
      `Put that key into ${variable}, too: without it what it made cannot be checked.`,
    );
  return ok(name, `${ids[0]} writes${ids.length > 1 ? `, ${ids.length} read` : ''}.`);
}

/** How long the oldest event that waits for its seal has waited, by the database's clock. */
export async function checkSealing(pool: pg.Pool, config: Config): Promise<Check> {
  const position = await readPosition(pool);
  const start = startOf(position, transactionOverlapMs(config.databaseTimeoutMs));
  for await (const [first] of readUnsealed(pool, start, null)) {
    if (first === undefined) continue;
    const lagMs = Number(position.now) - timeOf(first);
    if (lagMs <= MOST_LAG_MS) break;
    return warn(
      'sealing',
      `an event has waited ${Math.round(lagMs / 1000)} seconds for its seal.`,
      'Start a gateway; if one runs, look for "periodic work failed" (job seal-trail).',
    );
  }
  return ok('sealing', position.last === null ? 'nothing waits.' : `up to date, sequence ${position.last}.`);
}
