import type pg from 'pg';
import type { KeyReach, Scope } from '../domain/actor.ts';
import { orUnavailable } from './unavailable.ts';

/** What a key is good for now, by the database's clock. */
export type KeyState = {
  readonly id: string;
  readonly keyHash: string;
  readonly applicationId: string;
  readonly applicationName: string;
  readonly scopes: readonly Scope[];
  readonly reach: KeyReach;
  /** How long it stays valid unless it is revoked; null: for ever. */
  readonly expiresInMs: number | null;
};

const FIND = {
  name: 'find-key-states',
  text: `
    SELECT k.id, k.key_hash AS "keyHash", k.application_id AS "applicationId", a.name AS "applicationName",
      k.scopes, k.reach, extract(epoch FROM k.expires_at - now())::double precision * 1000 AS "expiresInMs"
    FROM api_key AS k JOIN application AS a ON a.id = k.application_id
    WHERE k.id = ANY($1::uuid[]) AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())`,
};

/** Those of these keys that are valid: neither revoked nor expired. Asks nobody's permission: it is how one gets in. */
export async function findKeyStates(pool: pg.Pool, ids: readonly string[]): Promise<KeyState[]> {
  const { rows } = await orUnavailable(pool.query<KeyState>({ ...FIND, values: [ids] }));
  return rows;
}

/** Notes that keys were used just now, to the minute. */
export async function noteKeysUsed(pool: pg.Pool, ids: readonly string[]): Promise<void> {
  await orUnavailable(
    pool.query({ name: 'note-keys-used', text: 'SELECT note_api_keys_used($1::uuid[])', values: [ids] }),
  );
}
