import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import type { Config } from '../../platform/config/config.ts';
import { findAuditKeys, findFingerprintKeys, type KeyRing } from '../../platform/config/keys.ts';
import { transactionOverlapMs } from '../../platform/database/transaction-overlap.ts';
import { readUnsealed } from '../../sealing/read-seals.db.ts';
import { readPosition, startOf } from '../../sealing/seal-batch.db.ts';
import { timeOf } from '../../sealing/sealed-columns.db.ts';
import { type Check, fail, ok, warn } from './check.ts';

// Promised is one second. The job of a gateway that has just started may take longer.
const MOST_LAG_MS = 10_000;

const LAST_SEALED_WITH = 'SELECT key_id AS id FROM audit_head ORDER BY batch DESC LIMIT 1';
const LAST_ISSUED_WITH = `SELECT secret_fingerprint_key_id AS id FROM realtime_session
  WHERE secret_fingerprint_key_id IS NOT NULL ORDER BY id DESC LIMIT 1`;

/** Whether the audit trail can be checked with the keys that are configured. */
export async function checkAuditKey(pool: pg.Pool, config: Config): Promise<Check> {
  const used = await lastUsed(pool, LAST_SEALED_WITH);
  if (used === undefined && config.auditKeys === undefined && isToBeMade(config, 'audit-key'))
    return notMade('audit key');
  return checkRing('audit key', 'GATEHOUSE_AUDIT_KEY', await findAuditKeys(config), used);
}

/** Whether leaked secrets can be identified with the keys that are configured. */
export async function checkFingerprintKey(pool: pg.Pool, config: Config): Promise<Check> {
  const used = await lastUsed(pool, LAST_ISSUED_WITH);
  if (used === undefined && config.fingerprintKeys === undefined && isToBeMade(config, 'fingerprint-key'))
    return notMade('fingerprint key');
  return checkRing('fingerprint key', 'GATEHOUSE_FINGERPRINT_KEY', await findFingerprintKeys(config), used);
}

/** Whether the first gateway of an embedded database has yet to make a key's file. */
function isToBeMade({ database, dataDirectory }: Config, file: string): boolean {
  return database.kind === 'embedded' && !existsSync(join(dataDirectory, file));
}

function notMade(name: string): Check {
  return warn(name, 'is not there yet.', 'The first start of a gateway makes it.');
}

async function lastUsed(pool: pg.Pool, text: string): Promise<string | undefined> {
  const { rows } = await pool.query<{ id: string }>(text);
  return rows[0]?.id;
}

function checkRing(name: string, variable: string, ring: KeyRing, used: string | undefined): Check {
  const ids = ring.map(({ id }) => id);
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
