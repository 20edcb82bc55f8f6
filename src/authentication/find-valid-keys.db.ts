import type pg from 'pg';
import type { ValidApiKey } from '../applications/api-key.ts';
import { mapDatabaseErrors } from '../platform/database/map-database-errors.ts';
import { statement } from '../platform/database/statement.ts';

const FIND = statement<ValidApiKey>()({
  name: 'find-valid-keys',
  text: `
    SELECT k.id, k.key_hash AS "keyHash", k.application_id AS "applicationId", a.name AS "applicationName",
      k.scopes, k.reach, extract(epoch FROM k.expires_at - now())::double precision * 1000 AS "expiresInMs"
    FROM api_key AS k JOIN application AS a ON a.id = k.application_id
    WHERE k.id = ANY($1::uuid[]) AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())`,
  columns: ['id', 'keyHash', 'applicationId', 'applicationName', 'scopes', 'reach', 'expiresInMs'],
});

const NOTE_USED = statement<{ note_api_keys_used: unknown }>()({
  name: 'note-keys-used',
  text: 'SELECT note_api_keys_used($1::uuid[])',
  columns: ['note_api_keys_used'],
});

/** Those of these keys that are valid: neither revoked nor expired. Asks nobody's permission: it is how one gets in. */
export async function findValidKeys(pool: pg.Pool, ids: readonly string[]): Promise<ValidApiKey[]> {
  const { rows } = await mapDatabaseErrors(() => pool.query<ValidApiKey>({ ...FIND, values: [ids] }));
  return rows;
}

/** Notes that keys were used just now, to the minute. */
export async function noteKeysUsed(pool: pg.Pool, ids: readonly string[]): Promise<void> {
  await mapDatabaseErrors(() => pool.query({ ...NOTE_USED, values: [ids] }));
}
