import { beforeAll, describe, expect, it } from 'vitest';
import { diffWithSchema } from '../../../scripts/schema-engine.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { useDatabase } from '../../support/fixture.ts';
import { functionDrift } from '../../support/function-drift.ts';

const AGREED = { exitCode: 0, stdout: expect.stringContaining('No difference detected.') };

/** What the migrations create and Prisma's engine does not see: the complete list of each kind. */
const UNSEEN_BY_PRISMA = {
  // PostgreSQL itself keeps the columns and indexes of each partition equal to those of its parent.
  partitionedTables: ['audit_event', 'audit_identity', 'realtime_call', 'realtime_session', 'usage_record'],
  // An index with a condition, an expression, or on a single partition.
  indexes: [
    'audit_event_denied_idx',
    'audit_event_gone_idx',
    'end_user_erasing_idx',
    'end_user_external_id_prefix_idx',
    'end_user_last_session_idx',
    'end_user_suspended_idx',
    'realtime_call_end_requested_idx',
    'realtime_call_lease_idx',
    'realtime_call_must_end_idx',
    'realtime_call_open_idx',
    'realtime_call_owner_idx',
    'realtime_session_brokered_idx',
    'realtime_session_expiring_idx',
    'realtime_session_failure_idx',
    'realtime_session_issued_idx',
    'realtime_session_labels_idx',
    'realtime_session_live_idx',
    'realtime_session_open_idx',
    'realtime_session_revoked_idx',
    'realtime_session_unsettled_idx',
    'realtime_session_upstream_idx',
  ],
  views: [],
  // Those that are not as their files say.
  functions: [],
};

const database = useDatabase();

describe("Prisma's schema and the migrations", () => {
  it('agree', async () => {
    expect(await diff(database)).toEqual(AGREED);
  });

  it('differ in nothing else that Prisma could not tell', async () => {
    expect(await unseen(database)).toEqual(UNSEEN_BY_PRISMA);
  });
});

// The same comparison, on a database that was changed: shows that it finds each kind of difference. All changes are
// made to one database: what is expected of each is found once, so no other causes it.
describe('drift is found when', () => {
  const CHANGES: readonly (readonly [string, string, string])[] = [
    ['a column is added', 'ALTER TABLE audit_event ADD COLUMN extra text', '[-] Removed column `extra`'],
    [
      'a column is missing',
      'ALTER TABLE application DROP COLUMN created_at',
      '[+] Added column `created_at`',
    ],
    [
      'a default is only in the schema',
      'ALTER TABLE end_user ALTER COLUMN created_at DROP DEFAULT',
      '`created_at` (default changed from',
    ],
    [
      'a type differs',
      'ALTER TABLE realtime_session ALTER COLUMN voice TYPE varchar(20)',
      '`voice` (type changed)',
    ],
    [
      'an array is not one',
      'ALTER TABLE realtime_session ALTER COLUMN instructions TYPE text[] USING ARRAY[instructions]',
      '`instructions` (changed from List to Nullable, type changed)',
    ],
    [
      'a time is less precise',
      'ALTER TABLE audit_event ALTER COLUMN at TYPE timestamptz(3)',
      '`at` (type changed)',
    ],
    [
      'a column may be null',
      'ALTER TABLE realtime_session ALTER COLUMN model DROP NOT NULL',
      '`model` (changed from Nullable to Required)',
    ],
    [
      'a default differs',
      'ALTER TABLE end_user ALTER COLUMN id SET DEFAULT gen_random_uuid()',
      '`id` (default changed from',
    ],
    [
      'a default is only in the database',
      `ALTER TABLE audit_event ALTER COLUMN detail SET DEFAULT '{}'`,
      '`detail` (default changed from',
    ],
    [
      'an index is missing',
      'DROP INDEX realtime_session_user_id_id_idx',
      '[+] Added index on columns (user_id, id)',
    ],
    [
      'an index is of other columns',
      'DROP INDEX audit_event_session_id_id_idx; CREATE INDEX audit_event_session_id_id_idx ON audit_event (id, session_id)',
      '[-] Removed index on columns (id, session_id)',
    ],
    [
      'an index is added',
      'CREATE INDEX extra_index ON realtime_session (voice)',
      '[-] Removed index on columns (voice)',
    ],
    [
      'what should be unique is not',
      'DROP INDEX end_user_external_id_key; CREATE INDEX end_user_external_id_key ON end_user (external_id)',
      '[+] Added unique index on columns (external_id)',
    ],
    [
      'a primary key is missing',
      'ALTER TABLE idempotency_key DROP CONSTRAINT idempotency_key_pkey',
      '[+] Added primary key on columns (user_id, caller, key)',
    ],
    [
      'there is a foreign key',
      'ALTER TABLE end_user ADD FOREIGN KEY (id) REFERENCES application',
      '[-] Removed foreign key on columns (id)',
    ],
    [
      'there is a table',
      'CREATE TABLE extra_table (id uuid PRIMARY KEY)',
      '[-] Removed tables\n  - extra_table',
    ],
    ['there is an enum', `CREATE TYPE extra_enum AS ENUM ('a')`, '[-] Removed enums\n  - extra_enum'],
  ];
  const changed = useDatabase();
  let found: string | null = null;
  beforeAll(async () => {
    // Its views would forbid changes of the columns that they show.
    await changed.query('DROP SCHEMA reporting CASCADE');
    for (const [, change] of CHANGES) await changed.query(change);
    const { exitCode, stdout } = await diff(changed);
    expect(exitCode).toBe(2);
    found = stdout;
  });

  it.each(CHANGES)('%s', (_, __, named) => {
    expect(found?.split(named)).toHaveLength(2);
  });

  it('there is something that Prisma does not see', async () => {
    const changed = await createDatabase();
    const [partition] = await changed.query<{ name: string }>(
      `SELECT inhrelid::regclass AS name FROM pg_inherits WHERE inhparent = 'audit_event'::regclass LIMIT 1`,
    );
    await changed.query(`
      DROP INDEX realtime_session_user_id_id_idx;
      CREATE INDEX realtime_session_user_id_id_idx ON realtime_session (user_id, id) WHERE outcome IS NULL;
      CREATE INDEX by_expression ON end_user (lower(external_id));
      CREATE INDEX of_a_partition ON ${partition?.name} (user_id);
      CREATE VIEW extra AS SELECT 1 AS one;
      CREATE FUNCTION extra() RETURNS integer LANGUAGE sql RETURN 1;
      CREATE TABLE elsewhere (id uuid) PARTITION BY RANGE (id)`);
    expect(await unseen(changed)).toEqual({
      partitionedTables: [
        'audit_event',
        'audit_identity',
        'elsewhere',
        'realtime_call',
        'realtime_session',
        'usage_record',
      ],
      indexes: [
        ...UNSEEN_BY_PRISMA.indexes,
        'by_expression',
        'of_a_partition',
        'realtime_session_user_id_id_idx',
      ].toSorted(),
      views: ['extra'],
      functions: ['extra() has no file'],
    });
    await changed.drop();
  });
});

const diff = ({ ownerUrl }: TestDatabase) => diffWithSchema(ownerUrl, { script: false });

async function unseen(of: TestDatabase): Promise<Record<string, string[]>> {
  const [found] = await of.query<Record<string, string[]>>(`
    WITH mine AS (SELECT * FROM pg_class WHERE relnamespace = 'public'::regnamespace)
    SELECT
      (SELECT coalesce(array_agg(relname::text ORDER BY relname), '{}') FROM mine WHERE relkind = 'p') AS "partitionedTables",
      (SELECT coalesce(array_agg(mine.relname::text ORDER BY mine.relname), '{}')
       FROM mine JOIN pg_index ON indexrelid = mine.oid JOIN pg_class AS indexed ON indexed.oid = indrelid
       WHERE NOT mine.relispartition
         AND (indpred IS NOT NULL OR indexprs IS NOT NULL OR NOT indisvalid OR indexed.relispartition)) AS indexes,
      (SELECT coalesce(array_agg(relname::text ORDER BY relname), '{}') FROM mine WHERE relkind IN ('v', 'm')) AS views`);
  return { ...found, functions: await functionDrift(of) };
}
