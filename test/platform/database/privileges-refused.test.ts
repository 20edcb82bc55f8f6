import { beforeAll, describe, expect, it } from 'vitest';
import { useDatabase } from '../../support/fixture.ts';
import { asRole, EVENT, expectClosedPartitions, PERMISSION_DENIED, partitionsOf } from './privileges.ts';

const database = useDatabase();

describe("the application's role cannot", () => {
  beforeAll(() => database.query(`${EVENT} FROM now() AS at`));

  it.each([
    ['change an event', `UPDATE audit_event SET actor_name = 'nobody'`],
    ['remove an event', 'DELETE FROM audit_event'],
    ['empty the trail', 'TRUNCATE audit_event'],
    ['lock an event', 'SELECT FROM audit_event FOR UPDATE'],
    [
      'change an event by inserting it again',
      `${EVENT} FROM now() AS at ON CONFLICT (id) DO UPDATE SET actor_name = 'nobody'`,
    ],
    [
      'change an event by merging',
      `MERGE INTO audit_event USING (VALUES (1)) AS v ON true WHEN MATCHED THEN UPDATE SET actor_name = 'nobody'`,
    ],
    [
      'remove an event by merging',
      'MERGE INTO audit_event USING (VALUES (1)) AS v ON true WHEN MATCHED THEN DELETE',
    ],
    ['change who did something', `UPDATE audit_identity SET actor_name = 'nobody'`],
    ['remove who did something', 'DELETE FROM audit_identity'],
    ['empty who did anything', 'TRUNCATE audit_identity'],
    ['change a seal', 'UPDATE audit_seal SET sequence = sequence + 1'],
    ['remove a seal', 'DELETE FROM audit_seal'],
    ['empty the seals', 'TRUNCATE audit_seal'],
    ['change a head', 'UPDATE audit_head SET key_id = key_id'],
    ['remove a head', 'DELETE FROM audit_head'],
    ['empty the heads', 'TRUNCATE audit_head'],
    ['disable triggers', 'ALTER TABLE audit_event DISABLE TRIGGER ALL'],
    ['act as a replica, which runs no triggers', `SET session_replication_role = 'replica'`],
    [
      'make a trigger',
      'CREATE TRIGGER t BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()',
    ],
    ['make a rule', 'CREATE RULE r AS ON INSERT TO audit_event DO INSTEAD NOTHING'],
    ['drop the trail', 'DROP TABLE audit_event'],
    ['alter the trail', 'ALTER TABLE audit_event DROP COLUMN detail'],
    ['give the trail away', 'ALTER TABLE audit_event OWNER TO gatehouse'],
    ['take a partition off', 'ALTER TABLE audit_event DETACH PARTITION audit_event_template'],
    [
      'take a partition off as retention does',
      'ALTER TABLE audit_event DETACH PARTITION audit_event_template CONCURRENTLY',
    ],
    [
      'mark a partition for retention to drop',
      `COMMENT ON TABLE audit_event_template IS 'Retention drops this month'`,
    ],
    [
      'make a partition',
      `CREATE TABLE mine PARTITION OF audit_event FOR VALUES FROM ('00000000-0000-7000-8000-000000000000') TO ('00000001-0000-7000-8000-000000000000')`,
    ],
    ['make partitions by the function', 'SELECT create_partitions(now(), now())'],
    [
      'change a function',
      `CREATE OR REPLACE FUNCTION uuidv7_floor(at timestamptz) RETURNS uuid LANGUAGE sql RETURN gen_random_uuid()`,
    ],
    ['drop a function', 'DROP FUNCTION reserve_session(jsonb)'],
    ['remove sessions', 'DELETE FROM realtime_session'],
    ['empty the sessions', 'TRUNCATE realtime_session'],
    ['remove users', 'DELETE FROM end_user'],
    ['change what was used', 'UPDATE usage_record SET cost = 0, total_tokens = 0'],
    ['remove what was used', 'DELETE FROM usage_record'],
    ['remove sums', 'DELETE FROM usage_rollup'],
    ['widen a key', `UPDATE api_key SET scopes = '{USERS_WRITE}', reach = 'EVERYTHING'`],
    ['make a key another', `UPDATE api_key SET key_hash = repeat('0', 64)`],
    ['remove a key', 'DELETE FROM api_key'],
    ['hide a user from an application', 'DELETE FROM application_user'],
    ['rename an application', `UPDATE application SET name = 'mine'`],
    ['say what was migrated', 'DELETE FROM _prisma_migrations'],
    ['make a table', 'CREATE TABLE mine ()'],
    ['make a schema', 'CREATE SCHEMA mine'],
    ['become the owner', 'SET ROLE gatehouse_owner'],
    ['log in as the owner', 'SET SESSION AUTHORIZATION gatehouse_owner'],
    ['join the owner', 'GRANT gatehouse_owner TO gatehouse'],
    ['take what the owner has', 'REASSIGN OWNED BY gatehouse_owner TO gatehouse'],
    ['drop what the owner has', 'DROP OWNED BY gatehouse_owner'],
    [
      'promise itself what the owner makes',
      'ALTER DEFAULT PRIVILEGES FOR ROLE gatehouse_owner GRANT ALL ON TABLES TO gatehouse',
    ],
    ['become superuser', 'ALTER ROLE gatehouse SUPERUSER'],
    [
      'write the catalog',
      `UPDATE pg_class SET relowner = 'gatehouse'::regrole WHERE relname = 'audit_event'`,
    ],
    ['run a program', `COPY audit_event TO PROGRAM 'true'`],
  ])('%s', async (_, text) => {
    const [partition] = await partitionsOf(database, 'audit_event');
    const attempt = asRole(database.url, (client) =>
      client.query(text.replace('audit_event_template', partition ?? '')),
    );
    await expect(attempt).rejects.toMatchObject({ code: PERMISSION_DENIED });
    expect(
      await database.query('SELECT count(*)::int AS kept FROM audit_event WHERE actor_name = $1', ['root']),
    ).not.toEqual([{ kept: 0 }]);
  });

  it('grant itself more on what it may read', async () => {
    await asRole(database.url, async (client) => {
      // Not an error but a warning, which says that nothing was granted.
      await client.query('GRANT UPDATE, DELETE, TRUNCATE ON audit_event TO gatehouse').catch(() => {});
      await expect(client.query('DELETE FROM audit_event')).rejects.toMatchObject({
        code: PERMISSION_DENIED,
      });
    });
  });

  it('reach rows through a partition, of any month, of any table', async () => {
    await expectClosedPartitions(database);
  });

  it('reach rows through partitions that are made later', async () => {
    const before = await partitionsOf(database, 'audit_event');
    await asRole(database.ownerUrl, (client) =>
      client.query(`SELECT create_partitions('2024-11-15', '2025-01-15')`),
    );
    await database.query(
      `${EVENT} FROM unnest('{2024-11-30 23:59+00, 2025-01-01 00:00+00}'::timestamptz[]) AS at`,
    );
    expect(await partitionsOf(database, 'audit_event')).toHaveLength(before.length + 3);
    await expectClosedPartitions(database);
  });
});
