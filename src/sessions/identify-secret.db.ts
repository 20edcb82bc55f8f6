import type pg from 'pg';
import { callerJson } from '../audit/event-columns.db.ts';
import { viewerOf } from '../authorization/visible.db.ts';
import { mapDatabaseErrors } from '../platform/database/map-database-errors.ts';
import { statement } from '../platform/database/statement.ts';
import { toJsonb } from '../platform/database/to-jsonb.ts';
import type { IdentifySecret } from './identify-secret.ts';
import { FULL_SESSION_FIELDS, type FullSessionRow, fullSessionColumns, toSession } from './session-row.db.ts';

const IDENTIFY = statement<FullSessionRow>()({
  name: 'identify-secret',
  text: `SELECT ${fullSessionColumns} FROM identify_secret($1, $2, $3) AS s`,
  columns: FULL_SESSION_FIELDS,
});

/** Finding a secret's session: a database function (identify-secret.sql). */
export function createIdentifySecret(pool: pg.Pool): IdentifySecret {
  return async (fingerprints, visibility, by) => {
    if (visibility.reach === 'SELF') throw new Error('A person identifies no secrets');
    const values = [toJsonb(fingerprints), viewerOf(visibility), callerJson(by)];
    const { rows } = await mapDatabaseErrors(() => pool.query<FullSessionRow>({ ...IDENTIFY, values }));
    return rows[0] === undefined ? null : toSession(rows[0]);
  };
}
