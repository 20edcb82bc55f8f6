import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { createPool } from '../../src/platform/database/pool.ts';
import { withClient } from '../../src/platform/database/with-client.ts';
import { issue } from '../support/ask.ts';
import { type EventStream, openStream } from '../support/event-stream.ts';
import { useDatabase } from '../support/fixture.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

type Setting = readonly [name: string, value: string, needed: string];

// What ALTER DATABASE and ALTER ROLE can set, each to what the gateway cannot work with or should not.
const SETTINGS: readonly Setting[] = [
  ['default_transaction_isolation', 'serializable', 'read committed'],
  ['default_transaction_isolation', 'repeatable read', 'read committed'],
  ['default_transaction_deferrable', 'on', 'off'],
  ['TimeZone', 'Pacific/Kiritimati', 'UTC'],
  ['DateStyle', 'German, DMY', 'ISO, MDY'],
  ['DateStyle', 'SQL, DMY', 'ISO, MDY'],
  ['IntervalStyle', 'sql_standard', 'postgres'],
  ['bytea_output', 'escape', 'hex'],
  ['extra_float_digits', '-15', '1'],
  ['standard_conforming_strings', 'off', 'on'],
  ['array_nulls', 'off', 'on'],
  ['quote_all_identifiers', 'on', 'off'],
  ['client_encoding', 'LATIN1', 'UTF8'],
  ['jit', 'on', 'off'],
  ['max_parallel_workers_per_gather', '2', '0'],
  ['lock_timeout', '1ms', '6667ms'],
  ['idle_session_timeout', '50ms', '0'],
  ['idle_in_transaction_session_timeout', '1ms', '20s'],
  ['statement_timeout', '1ms', '20s'],
];
const POOLS_OWN = ['lock_timeout', 'idle_in_transaction_session_timeout', 'statement_timeout'];
const LIST = '{ realtimeSessions(first: 5) { nodes { id status createdAt user { externalId } } } }';
const AT_ONCE = 8;

const database = useDatabase();
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway(database);
});
afterAll(() => gateway.close());

// All at once, and what has two wrong values in a second round.
const isFirst = ([name]: Setting, index: number) => SETTINGS.findIndex(([other]) => other === name) === index;
const ROUNDS = [SETTINGS.filter(isFirst), SETTINGS.filter((setting, index) => !isFirst(setting, index))];

describe.each(['DATABASE', 'ROLE'])('when ALTER %s sets what the gateway cannot work with', (level) => {
  const target = () =>
    level === 'DATABASE' ? `DATABASE ${database.name}` : `ROLE gatehouse IN DATABASE ${database.name}`;

  it.each(ROUNDS.map((settings) => ({ settings })))(
    'sessions are issued, listed and told of',
    async ({ settings }) => {
      for (const setting of settings) await database.query(`ALTER ${target()} ${setTo(setting)}`);
      try {
        await reconnect();
        await expectWorks();
      } finally {
        await database.query(`ALTER ${target()} RESET ALL`);
      }
    },
  );
});

test('every connection has the settings that it needs', async () => {
  for (const setting of SETTINGS) await database.query(`ALTER DATABASE ${database.name} ${setTo(setting)}`);
  try {
    const pool = createPool({ url: database.url, size: 1, timeoutMs: 20_000, onError: () => {} });
    const ofOwner = { url: database.ownerUrl, application_name: 'test' };
    for (const [name, , needed] of SETTINGS) {
      const show = `SELECT current_setting('${name}') AS value`;
      expect((await pool.query(show)).rows, name).toEqual([{ value: needed }]);
      const { rows } = await withClient(ofOwner, (client) => client.query(show));
      // Time limits of a statement and of a lock are the pool's own.
      if (!POOLS_OWN.includes(name)) expect(rows, `${name} of the owner`).toEqual([{ value: needed }]);
    }
    await pool.end();
    // A gateway that starts then, with the owner's connections, works too.
    await gateway.close();
    gateway = await startGateway(database);
    await expectWorks();
  } finally {
    await database.query(`ALTER DATABASE ${database.name} RESET ALL`);
  }
});

function setTo([name, value]: Setting): string {
  return `SET ${name} = ${name === 'DateStyle' ? value : `'${value}'`}`;
}

/** Settings hold for connections that are opened after they were made. */
async function reconnect(): Promise<void> {
  await database.query(
    `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name LIKE 'gatehouse%'`,
  );
}

async function expectWorks(): Promise<void> {
  const stream: EventStream = await openStream(gateway.url);
  try {
    const user = `user-${Math.random()}`;
    const issued = await Promise.all(
      Array.from({ length: AT_ONCE }, () => issue(gateway, { externalUserId: user })),
    );
    const lost = issued.map((result) => result.__typename).filter((type) => !/Success$/.test(type));
    expect(lost).toEqual([]);
    const ids = issued.map(({ session }) => session.id);
    const { body } = await gateway.ask(LIST);
    expect(body.errors).toBeUndefined();
    const [newest] = body.data.realtimeSessions.nodes;
    expect(newest).toMatchObject({ status: 'ACTIVE', user: { externalId: user } });
    expect(Math.abs(Date.parse(newest.createdAt) - Date.now())).toBeLessThan(60_000);
    const events = await stream.take(AT_ONCE);
    expect(events.map(({ data }) => data.sessionEvents.session.id).sort()).toEqual(ids.sort());
  } finally {
    stream.close();
  }
}
