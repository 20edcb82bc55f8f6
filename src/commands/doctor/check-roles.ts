import type pg from 'pg';
import type { Config } from '../../platform/config/config.ts';
import { orStartError } from '../../platform/database/or-start-error.ts';
import { withClient } from '../../platform/database/with-client.ts';
import { type Check, fail, ok, warn } from './check.ts';

/** Every table that a gateway reads and, but for the history of migrations, writes. */
export const TABLES = [
  ...[
    '_prisma_migrations',
    'application',
    'api_key',
    'application_user',
    'end_user',
    'realtime_session',
    'realtime_call',
  ],
  ...['idempotency_key', 'audit_event', 'audit_identity', 'audit_seal', 'audit_head'],
  ...['usage_record', 'usage_rollup', 'usage_sum', 'usage_part'],
  ...['session_rollup', 'session_sum', 'session_sum_progress'],
];
/** Of those, where the gateway inserts nothing. */
const NOT_INSERTED = ['_prisma_migrations', 'session_sum_progress'];

type Rights = {
  readonly role: string;
  /** Whether it may change or remove what was audited. */
  readonly trail: boolean;
  readonly missing: readonly string[];
};

const RIGHTS = `
  SELECT current_user AS role,
    has_table_privilege('audit_event', 'UPDATE, DELETE, TRUNCATE') AS trail,
    ARRAY(
      SELECT right_to || ' on ' || name FROM unnest($1::text[]) AS name, unnest('{SELECT,INSERT}'::text[]) AS right_to
      WHERE NOT has_table_privilege(name, right_to) AND NOT (name = ANY ($2::text[]) AND right_to = 'INSERT')
    ) AS missing`;

/** Whether the gateway's role may do what it has to, and no more. */
export async function checkRights(pool: pg.Pool): Promise<Check> {
  const { rows } = await pool.query<Rights>(RIGHTS, [TABLES, NOT_INSERTED]);
  const [rights] = rows;
  if (rights === undefined) throw new Error('A role has no rights');
  const { role, trail, missing } = rights;
  const [first] = missing;
  if (first !== undefined)
    return fail(
      'rights',
      `the role ${role} lacks ${first}${missing.length > 1 ? ` and ${missing.length - 1} more` : ''}.`,
      "'gatehouse migrate' grants what it needs.",
    );
  if (trail)
    return warn(
      'rights',
      `the role ${role} may change the audit trail.`,
      'Let DATABASE_URL name a role of its own, and DATABASE_OWNER_URL the one that owns the tables.',
    );
  return ok('rights', `the role ${role} may do what it has to, and cannot change the audit trail.`);
}

/** Whether the owner's role can be used: it makes and drops the months. */
export async function checkOwner({ database, databaseTimeoutMs }: Config): Promise<Check> {
  if (database.kind === 'embedded') return ok('owner', 'the embedded PostgreSQL has one of its own.');
  if (database.ownerUrl === undefined)
    return warn(
      'owner',
      'DATABASE_OWNER_URL is unset: the gateway owns its tables.',
      'Set it, so that the audit trail is protected from the gateway.',
    );
  const options = {
    url: database.ownerUrl,
    application_name: 'gatehouse-doctor',
    connectionTimeoutMillis: databaseTimeoutMs,
    query_timeout: databaseTimeoutMs,
  };
  const asked = withClient(options, (client) =>
    client.query<{ role: string; owns: boolean | null }>(
      `SELECT current_user AS role, (
         SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass('audit_event')
       ) AS owns`,
    ),
  );
  const { rows } = await orStartError(asked, 'DATABASE_OWNER_URL');
  const [found] = rows;
  if (found?.owns === true) return ok('owner', `the role ${found.role} owns the tables.`);
  return fail(
    'owner',
    found?.owns === null
      ? `the role ${found.role} finds no tables.`
      : `the role ${found?.role} does not own the tables.`,
    'DATABASE_OWNER_URL must lead to the same database as DATABASE_URL, with the role that owns its tables.',
  );
}
