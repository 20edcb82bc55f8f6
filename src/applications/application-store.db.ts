import type pg from 'pg';
import { byColumns } from '../audit/event-columns.db.ts';
import { mapDatabaseErrors } from '../platform/database/map-database-errors.ts';
import { toJsonb } from '../platform/database/to-jsonb.ts';
import type { ApiKey } from './api-key.ts';
import { type ApplicationRow, applicationColumns, toApplication } from './application-row.db.ts';
import type { ApplicationStore } from './application-store.ts';
import { apiKeyColumns } from './find-api-keys.db.ts';
import { setApplicationPolicy } from './set-application-policy.db.ts';

/**
 * Registering applications and their keys: each by a database function (the .sql file of its name).
 * @param onCommitted told when something is in the trail that streams depend on
 */
export function createApplicationStore(pool: pg.Pool, onCommitted: () => void = () => {}): ApplicationStore {
  return {
    async createApplication(name, by) {
      const { rows } = await mapDatabaseErrors(
        pool.query<ApplicationRow>(`SELECT ${applicationColumns} FROM create_application($1, $2)`, [
          name,
          byColumns(by),
        ]),
      );
      return rows[0] === undefined ? null : toApplication(rows[0]);
    },
    async newApiKeyId() {
      const { rows } = await mapDatabaseErrors(
        pool.query<{ id: string }>('SELECT uuidv7_at(clock_timestamp()) AS id'),
      );
      const [row] = rows;
      if (row === undefined) throw new Error('uuidv7_at returned no row');
      return row.id;
    },
    async createApiKey({ applicationId, name, scopes, reach, expiresAt }, { id, keyHash, lastFour }, by) {
      const columns = {
        id,
        application_id: applicationId,
        name,
        key_hash: keyHash,
        last_four: lastFour,
        scopes,
        reach,
        expires_at: expiresAt,
      };
      const { rows } = await mapDatabaseErrors(
        pool.query<ApiKey & { verdict: 'created' | 'not_found' | 'expired' }>(
          `SELECT c.verdict, ${apiKeyColumns}
           FROM create_api_key($1, $2) AS c CROSS JOIN LATERAL (SELECT (c.created).*) AS k`,
          [toJsonb(columns), byColumns(by)],
        ),
      );
      const [row] = rows;
      if (row === undefined) throw new Error('create_api_key returned no row');
      const { verdict, ...apiKey } = row;
      return verdict === 'created' ? { kind: verdict, apiKey } : { kind: verdict };
    },
    async revokeApiKey(id, by) {
      const { rows } = await mapDatabaseErrors(
        pool.query<ApiKey>(`SELECT ${apiKeyColumns} FROM revoke_api_key($1, $2) AS k`, [id, byColumns(by)]),
      );
      onCommitted();
      return rows[0] ?? null;
    },
    setPolicy: (...of) => setApplicationPolicy(pool, ...of),
  };
}
