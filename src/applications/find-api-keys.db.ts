import type pg from 'pg';
import type { Visibility } from '../authorization/visibility.ts';
import { visible } from '../authorization/visible.db.ts';
import { read, type SqlParameters, sqlParameters } from '../platform/database/statement.ts';
import type { ApiKey } from './api-key.ts';

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
  return find(pool, visibility, (given) => `k.id = ANY(${given.bind(ids)}::uuid[])`);
}

/** The visible keys of these applications, oldest first. */
export function listApiKeys(
  pool: pg.Pool,
  visibility: Visibility,
  applicationIds: readonly string[],
): Promise<ApiKey[]> {
  return find(pool, visibility, (given) => `k.application_id = ANY(${given.bind(applicationIds)}::uuid[])`);
}

function find(
  pool: pg.Pool,
  visibility: Visibility,
  condition: (given: SqlParameters) => string,
): Promise<ApiKey[]> {
  const given = sqlParameters();
  const text = `SELECT ${apiKeyColumns} FROM api_key AS k
    WHERE ${condition(given)} AND ${visible('apiKeys', visibility, given)} ORDER BY k.id`;
  return read<ApiKey>(pool, text, given);
}
