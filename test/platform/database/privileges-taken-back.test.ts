import { describe, expect, it } from 'vitest';
import { migrate } from '../../../src/platform/database/migrate.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { useDatabase } from '../../support/fixture.ts';
import {
  asRole,
  EVENT,
  expectClosedPartitions,
  PERMISSION_DENIED,
  partitionsOf,
  privilegesOf,
} from './privileges.ts';

/** As the template has it, of which nothing was granted otherwise. */
const database = useDatabase();

describe('what was granted otherwise', () => {
  // An operator who sets up two roles often begins with: the application may do all with what the owner makes.
  it("is taken back when the owner's default privileges gave it, and from partitions made later", async () => {
    const generous = await createDatabase({ empty: true });
    await asRole(generous.ownerUrl, async (client) => {
      await client.query('ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO gatehouse, PUBLIC');
      await migrate({ ownerUrl: generous.ownerUrl, applicationRole: 'gatehouse' });
      await client.query(`SELECT create_partitions('2024-11-15', '2024-12-15')`);
    });
    expect(await partitionsOf(generous, 'audit_event')).toHaveLength(6);
    await expectLeastPrivileges(generous);
    await generous.drop();
  });

  // And ends with this, when something did not work.
  it('is taken back at the next start when it was granted by hand', async () => {
    const generous = await createDatabase();
    await asRole(generous.ownerUrl, (client) =>
      client.query('GRANT ALL ON ALL TABLES IN SCHEMA public TO gatehouse'),
    );
    await migrate({ ownerUrl: generous.ownerUrl, applicationRole: 'gatehouse' });
    await expectLeastPrivileges(generous);
    await generous.drop();
  });
});

async function expectLeastPrivileges(of: TestDatabase): Promise<void> {
  const { tables, partitions } = await privilegesOf(of);
  expect(tables).toEqual((await privilegesOf(database)).tables);
  // A backup reads each partition by name.
  expect(new Set(Object.values(partitions).flat())).toEqual(new Set(['SELECT']));
  await of.query(`${EVENT} FROM now() AS at`);
  for (const statement of [`UPDATE audit_event SET actor_name = 'nobody'`, 'DELETE FROM audit_event']) {
    const attempt = asRole(of.url, (client) => client.query(statement));
    await expect(attempt, statement).rejects.toMatchObject({ code: PERMISSION_DENIED });
  }
  await expectClosedPartitions(of);
}
