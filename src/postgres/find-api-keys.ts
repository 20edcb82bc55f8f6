import type pg from 'pg';
import type { ApiKey } from '../domain/api-key.ts';
import type { Visibility } from '../domain/visibility.ts';
import { orUnavailable } from './unavailable.ts';
import { visible } from './visible.ts';

/** Columns of api_key under the names that the domain gives them. The hash is not among them. */
export const apiKeyColumns = `
  k.id, k.application_id AS "applicationId", k.name, k.last_four AS "lastFour", k.scopes, k.reach,
  k.created_at AS "createdAt", k.expires_at AS "expiresAt", k.last_used_at AS "lastUsedAt",
  k.revoked_at AS "revokedAt"`;

/** The visible keys with these ids, in no particular order; the others are left out. */
export function findApiKeys(
  pool: pg.Pool,
  visibility: Visibility,
  ids: readonly string[],
): Promise<ApiKey[]> {
  return find(pool, visibility, 'k.id = ANY($1::uuid[])', ids);
}

/** The visible keys of these applications, oldest first. */
export function listApiKeys(
  pool: pg.Pool,
  visibility: Visibility,
  applicationIds: readonly string[],
): Promise<ApiKey[]> {
  return find(pool, visibility, 'k.application_id = ANY($1::uuid[])', applicationIds);
}

async function find(
  pool: pg.Pool,
  visibility: Visibility,
  condition: string,
  ids: readonly string[],
): Promise<ApiKey[]> {
  const { sql, values } = visible('apiKeys', visibility, 2);
  const { rows } = await orUnavailable(
    pool.query<ApiKey>({
      name: `find-api-keys ${condition} ${visibility.reach}`,
      text: `SELECT ${apiKeyColumns} FROM api_key AS k WHERE ${condition} AND ${sql} ORDER BY k.id`,
      values: [ids, ...values],
    }),
  );
  return rows;
}
