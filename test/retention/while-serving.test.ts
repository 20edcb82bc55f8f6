import pg from 'pg';
import { beforeAll, expect, test } from 'vitest';
import { dropOldPartitions } from '../../src/retention/drop-old-partitions.db.ts';
import { SESSION_TABLES } from '../../src/retention/retention-rules.db.ts';
import { readUser, revokeSession, unknownId } from '../support/ask.ts';
import { askAs, createApplication, createKey } from '../support/callers.ts';
import { CREATE } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { use, useDatabase, useGateway } from '../support/fixture.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { idOf, uuidOf } from '../support/ids.ts';

const OLD_ROWS = 10_000;
const WORKERS = 6;

// One that drops months by itself, which it begins with after five seconds: meanwhile the other tests run.
const forgetfulDatabase = useDatabase();
beforeAll(async () => {
  await createMonth(4, forgetfulDatabase);
  await createMonth(3, forgetfulDatabase);
});
const forgetful = useGateway(forgetfulDatabase, { GATEHOUSE_RETENTION_MONTHS: '3' });
const database = useDatabase();
// Nothing that a gateway asks for may have to wait for a lock: it would get an error instead.
const impatient = (url: string) => `${url}&options=${encodeURIComponent('-c lock_timeout=200ms')}`;
// The tests drop themselves.
const gateway = use(
  () =>
    startGateway(
      { url: impatient(database.url), ownerUrl: impatient(database.ownerUrl) },
      { GATEHOUSE_RETENTION_MONTHS: '1200' },
    ),
  (started) => started.close(),
);

const SESSION = /* GraphQL */ `
  query ($id: ID!) {
    node(id: $id) { id }
    realtimeSession(id: $id) { user { id } auditEvents { nodes { id action } } }
  }
`;
const EVENT = /* GraphQL */ `
  query ($id: ID!) {
    node(id: $id) {
      ... on AuditEvent { session { id } user { externalId } actor { application { name } } }
    }
  }
`;
const LIST = '{ realtimeSessions(first: 20) { nodes { id status user { externalId } } } }';

test('a session that was dropped is missing, and whom it was for and what was recorded of it stay', async () => {
  const { application } = await createApplication(gateway, 'shop');
  const scopes = ['SESSIONS_CREATE', 'SESSIONS_READ', 'SESSIONS_REVOKE', 'USERS_READ', 'AUDIT_READ'];
  const { value: key } = await createKey(gateway, application.id, { scopes });
  const shop: Pick<TestGateway, 'ask'> = { ask: (query, variables) => askAs(gateway, key, query, variables) };
  const { body } = await shop.ask(CREATE, { input: { externalUserId: 'alice' } });
  const id = await moveBack(body.data.createRealtimeSession.session.id);
  const found = await shop.ask(SESSION, { id });
  // Not its expiry, which a gateway may have announced meanwhile, and which nobody asked for.
  const event = found.body.data.realtimeSession.auditEvents.nodes.find(
    ({ action }: { action: string }) => action === 'session.issued',
  );
  const alice = await readUser(shop, 'alice');
  const lastSession = await lastSessionOf('alice');

  expect(await dropOld()).toEqual([
    expect.stringMatching(/^realtime_call_/),
    expect.stringMatching(/^realtime_session_/),
    expect.stringMatching(/^usage_record_/),
  ]);

  const unknown = unknownId('RealtimeSession');
  expect((await shop.ask(SESSION, { id })).body).toEqual({ data: { node: null, realtimeSession: null } });
  expect((await shop.ask(SESSION, { id: unknown })).body).toEqual({
    data: { node: null, realtimeSession: null },
  });
  const revoke = (of: string) => revokeSession(shop, { id: of, reason: 'why' });
  expect(await revoke(id)).toEqual(await revoke(unknown));
  expect((await shop.ask(EVENT, { id: event.id })).body).toEqual({
    data: {
      node: { session: null, user: { externalId: 'alice' }, actor: { application: { name: 'shop' } } },
    },
  });
  // Still among the application's users, with the same last session: it did take place.
  expect(await readUser(shop, 'alice')).toEqual(alice);
  expect(await lastSessionOf('alice')).toEqual(lastSession);
  const again = await shop.ask(CREATE, { input: { externalUserId: 'alice' } });
  expect(again.body.data.createRealtimeSession.__typename).toBe('CreateRealtimeSessionSuccess');
  expect((await gateway.ask(LIST)).body.errors).toBeUndefined();
});

test('minting and reading go on while a month is dropped, and wait for nothing', {
  timeout: 60_000,
}, async () => {
  const { body } = await gateway.ask(CREATE, { input: { externalUserId: 'template' } });
  await fillOldMonth(body.data.createRealtimeSession.session.id);
  const traffic = startTraffic();
  await traffic.answers(50);

  // Somebody who reads all of it, so that dropping has to wait.
  const reader = new pg.Client({ connectionString: database.superuserUrl });
  await reader.connect();
  await reader.query('BEGIN');
  await reader.query('SELECT count(*) FROM realtime_session');
  const dropping = dropOld();
  await eventually(async () => (await database.query('SELECT FROM pg_inherits WHERE inhdetachpending'))[0]);
  await traffic.answers(100);
  expect(await database.query('SELECT FROM pg_inherits WHERE inhdetachpending')).toHaveLength(1);
  await reader.end();
  expect(await dropping).toHaveLength(SESSION_TABLES.length);
  await traffic.answers(50);

  expect(await traffic.stop()).toEqual(new Set(['CreateRealtimeSessionSuccess', 'realtimeSessions']));
  expect(
    await database.query(
      `SELECT detail->'rows' AS rows FROM audit_event WHERE action = 'partition.dropped' AND detail->>'table' = 'realtime_session' ORDER BY id DESC LIMIT 1`,
    ),
  ).toEqual([{ rows: OLD_ROWS }]);
});

test('a gateway drops what is older than it was told, soon after its start, and says so', async () => {
  const dropped = await eventually(async () => {
    const lines = forgetful.logLines.filter(
      (line) => /partition dropped/.test(line) && /realtime_session_/.test(line),
    );
    return lines[0] === undefined ? undefined : lines.map((line) => JSON.parse(line));
  });
  const [month] = await database.query<{ name: string }>(
    `SELECT to_char(date_trunc('month', now() AT TIME ZONE 'UTC') - interval '4 months', '"realtime_session_"YYYY_MM') AS name`,
  );
  expect(dropped).toMatchObject([{ level: 'info', partition: month?.name, rows: 0 }]);
  expect(forgetful.logLines.filter((line) => line.includes('"error"'))).toEqual([]);
}, 30_000);

async function dropOld(): Promise<string[]> {
  const dropped: string[] = [];
  await dropOldPartitions({
    rule: { tables: SESSION_TABLES, months: 13 },
    severalMonths: true,
    ownerUrl: database.ownerUrl,
    signal: new AbortController().signal,
    onDropped: ({ partition }) => dropped.push(partition),
    onPostponed: (partition) => {
      throw new Error(`${partition} was postponed`);
    },
    lockTimeoutMs: 30_000,
  });
  return dropped;
}

async function createMonth(before: number, { ownerUrl } = database): Promise<void> {
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  // The middle of a month: no month lacks it.
  const month = `date_trunc('month', now()) + interval '14 days' - interval '${before} months'`;
  await owner.query(`SELECT create_partitions(${month}, ${month})`);
  await owner.end();
}

/** Makes a session, and all that tells of it, one of fourteen months ago; answers the id that it has then. */
async function moveBack(globalId: string): Promise<string> {
  await createMonth(14);
  const [row] = await database.query<{ id: string }>(
    `WITH moved AS (
       UPDATE realtime_session SET id = uuidv7_at(created_at - age), created_at = created_at - age,
         deadline = deadline - age, settled_at = settled_at - age, expires_at = expires_at - age
       FROM (VALUES (interval '14 months')) AS by (age) WHERE id = $1 RETURNING id, user_id, created_at
     ), events AS (
       UPDATE audit_event SET session_id = moved.id FROM moved WHERE session_id = $1
     ), pairs AS (
       UPDATE application_user AS pair SET last_session_at = created_at FROM moved WHERE pair.user_id = moved.user_id
     ), users AS (
       UPDATE end_user SET last_session_at = moved.created_at FROM moved WHERE end_user.id = moved.user_id
     )
     SELECT id FROM moved`,
    [uuidOf(globalId)],
  );
  return idOf('RealtimeSession', row?.id);
}

async function fillOldMonth(globalId: string): Promise<void> {
  await createMonth(14);
  await database.query(
    `INSERT INTO realtime_session
     SELECT old.*
     FROM realtime_session AS s, generate_series(1, ${OLD_ROWS}) AS n,
       LATERAL (SELECT date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' - interval '14 months' + n * interval '1 minute') AS t (at),
       jsonb_populate_record(s, jsonb_build_object('id', uuidv7_at(at), 'created_at', at)) AS old
     WHERE s.id = $1`,
    [uuidOf(globalId)],
  );
}

async function lastSessionOf(externalId: string) {
  return database.query(
    `SELECT u.last_session_at AS of_user, p.last_session_at AS of_pair
     FROM end_user AS u JOIN application_user AS p ON p.user_id = u.id WHERE external_id = $1`,
    [externalId],
  );
}

/** Callers of whom half mint and half read, each as soon as it has its last answer. */
function startTraffic() {
  const outcomes = new Set<string>();
  let answered = 0;
  let stopped = false;
  const ask = async (worker: number) => {
    if (worker % 2 === 0) return (await gateway.ask(LIST)).body;
    return (await gateway.ask(CREATE, { input: { externalUserId: `worker-${worker}` } })).body;
  };
  const work = async (worker: number) => {
    while (!stopped) {
      const { data, errors } = await ask(worker);
      outcomes.add(
        errors === undefined
          ? (data.createRealtimeSession?.__typename ?? Object.keys(data)[0])
          : JSON.stringify(errors),
      );
      answered += 1;
    }
  };
  const ended = Promise.all(Array.from({ length: WORKERS }, (_, worker) => work(worker)));
  return {
    /** Until so many more were answered. */
    async answers(more: number): Promise<void> {
      const until = answered + more;
      await eventually(async () => answered >= until || undefined);
    },
    async stop(): Promise<Set<string>> {
      stopped = true;
      await ended;
      return outcomes;
    },
  };
}
