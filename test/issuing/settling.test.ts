import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { settleOverdue } from '../../src/issuing/settle-overdue.job.ts';
import { createPool } from '../../src/platform/database/pool.ts';
import { ISSUE, issue, quotasUsed, readSession, trailOf } from '../support/ask.ts';
import { useDatabase, useReplicas, useUpstream } from '../support/fixture.ts';
import { upstreamEnv } from '../support/gateway.ts';
import { idOf } from '../support/ids.ts';

const OVERDUE = 1200;
const STILL_PENDING = 50;
const CANARY = 'canary-of-the-trigger';

const database = useDatabase();
const upstream = useUpstream();
const gateway = useReplicas(database, () => upstreamEnv(upstream.baseUrl));

beforeAll(async () => {
  await database.query(
    `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE '${CANARY}'; END $$`,
  );
});

beforeEach(() => upstream.reset());

describe('a session that nobody settled', () => {
  test('reads UNCONFIRMED from its deadline on, before any job has run, and is recorded when one can', async () => {
    const externalUserId = 'overdue';
    // The job cannot write what it finds; reading must not need it.
    const allow = await refuse(`BEFORE UPDATE ON realtime_session`, `NEW.failure_code = 'not_settled'`);
    const released = Promise.withResolvers<void>();
    const arrived = upstream.nextCall();
    upstream.next({ kind: 'hold', until: released.promise });
    const answer = issue(gateway, { externalUserId });
    await arrived;
    const [row] = await database.query<{ id: string }>(
      `UPDATE realtime_session AS s SET deadline = clock_timestamp() FROM end_user AS u
       WHERE u.id = s.user_id AND u.external_id = $1 RETURNING s.id`,
      [externalUserId],
    );
    const id = idOf('RealtimeSession', row?.id);
    const unconfirmed = {
      status: 'UNCONFIRMED',
      clientSecret: null,
      issuedAt: null,
      failure: { code: 'not_settled', upstreamStatus: null },
      exposedUntil: expect.any(String),
    };
    const read = await readSession(gateway, id);
    expect(read).toMatchObject(unconfirmed);
    expect(await quotasUsed(gateway, externalUserId)).toMatchObject({ ACTIVE_SESSIONS: 0, MINTS_PER_DAY: 1 });

    // Its failures are told, and do not end it.
    await expect.poll(() => gateway.logLines().join(''), { timeout: 5000 }).toContain('periodic work failed');
    expect(await outcomeOf(row?.id)).toBeNull();
    await allow();
    await expect.poll(() => outcomeOf(row?.id), { timeout: 5000 }).toBe('UNCONFIRMED');
    const recorded = await readSession(gateway, id);
    expect({ ...recorded, auditEvents: null }).toEqual({ ...read, auditEvents: null });

    // The answer that comes too late changes nothing, and its secret goes nowhere.
    released.resolve();
    expect(await answer).toMatchObject({
      __typename: 'UpstreamError',
      retryable: true,
      possiblyIssued: true,
      session: { id, status: 'UNCONFIRMED', clientSecret: null },
    });
    expect(await readSession(gateway, id)).toEqual(recorded);
    expect(recorded.auditEvents.nodes).toEqual([
      {
        action: 'session.unconfirmed',
        outcome: 'FAILED',
        actor: { kind: 'SYSTEM', name: 'gatehouse' },
        detail: { code: 'not_settled' },
      },
      expect.objectContaining({ action: 'session.requested' }),
    ]);
    await expectNoTraceOf(upstream.minted.map(({ value }) => value));
  });

  test(`is recorded once, among three replicas and five more: ${OVERDUE} of them`, async () => {
    const pool = createPool({ url: database.url, size: 5, timeoutMs: 20_000, onError: () => {} });
    onTestFinished(() => pool.end());
    await database.query(
      `INSERT INTO realtime_session (id, user_id, application_id, provider, created_at, deadline,
         requested_ttl_seconds, session_limit_seconds, object, type, model, modalities, tools, labels)
       SELECT uuidv7_at(now()), gen_random_uuid(), application.id, 'many', now(),
         now() + CASE WHEN n <= $1::int THEN interval '-1 second' ELSE interval '1 hour' END,
         60, 60, 'realtime.session', 'REALTIME', 'm', '{TEXT}', '[]', '[]'
       FROM application, generate_series(1, $1::int + $2::int) AS n`,
      [OVERDUE, STILL_PENDING],
    );
    await Promise.all([1, 2, 3, 4, 5].map(() => settleOverdue(pool)));
    const settled = () =>
      database.query(
        `SELECT outcome, failure_code, count(*)::int AS sessions FROM realtime_session WHERE provider = 'many'
         GROUP BY 1, 2 ORDER BY 1`,
      );
    await expect.poll(settled, { timeout: 10_000 }).toEqual([
      { outcome: 'UNCONFIRMED', failure_code: 'not_settled', sessions: OVERDUE },
      { outcome: null, failure_code: null, sessions: STILL_PENDING },
    ]);
    const events = await database.query(
      `SELECT action, e.outcome, actor_kind, actor_name, detail, count(*)::int AS events,
         count(DISTINCT session_id)::int AS sessions, bool_and(e.user_id = s.user_id AND e.at = s.settled_at) AS matching
       FROM audit_event AS e JOIN realtime_session AS s ON s.id = e.session_id WHERE s.provider = 'many'
       GROUP BY 1, 2, 3, 4, 5`,
    );
    expect(events).toEqual([
      {
        action: 'session.unconfirmed',
        outcome: 'FAILED',
        actor_kind: 'SYSTEM',
        actor_name: 'gatehouse',
        detail: { code: 'not_settled' },
        events: OVERDUE,
        sessions: OVERDUE,
        matching: true,
      },
    ]);
  });
});

describe('a write that fails', () => {
  test.each([
    ['of the issue itself', `BEFORE UPDATE ON realtime_session`, `NEW.outcome = 'ISSUED'`],
    ["of the issue's audit event", `BEFORE INSERT ON audit_event`, `NEW.action = 'session.issued'`],
  ])('%s: the secret is dropped, and what is known of it recorded', async (name, when, condition) => {
    const externalUserId = name;
    const allow = await refuse(when, condition);
    const input = { externalUserId, idempotencyKey: 'k' };
    const answer = await issue(gateway, input);
    await allow();
    expect(upstream.minted).toHaveLength(1);
    expect(answer).toMatchObject({
      __typename: 'UpstreamError',
      retryable: true,
      possiblyIssued: true,
      session: {
        status: 'UNCONFIRMED',
        clientSecret: null,
        issuedAt: null,
        failure: { code: 'not_recorded' },
      },
    });
    const trail = await trailOf(database, externalUserId);
    expect(trail.map(({ action, outcome }) => [action, outcome])).toEqual([
      ['session.requested', 'SUCCEEDED'],
      ['session.unconfirmed', 'FAILED'],
    ]);
    expect(trail[1]).toMatchObject({ actor_kind: 'OPERATOR', detail: { code: 'not_recorded' } });
    // What can be dropped cannot be had by asking again.
    expect(await issue(gateway, input)).toEqual(answer);
    expect(upstream.calls).toHaveLength(1);
    await expectNoTraceOf([...upstream.minted.map(({ value }) => value), CANARY], answer);
  });

  test.each([
    ['of the reservation', `BEFORE INSERT ON realtime_session`, 'true'],
    ["of the reservation's audit event", `BEFORE INSERT ON audit_event`, `NEW.action = 'session.requested'`],
  ])('%s: nothing is minted, and nothing of it stays', async (name, when, condition) => {
    const externalUserId = name;
    const allow = await refuse(when, condition);
    const input = { externalUserId, idempotencyKey: 'k' };
    const { body } = await gateway.ask(ISSUE, { input });
    await allow();
    expect(body.data).toBeNull();
    expect(body.errors).toEqual([
      expect.objectContaining({
        message: expect.not.stringContaining(CANARY),
        extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: expect.any(String) },
      }),
    ]);
    expect(upstream.calls).toEqual([]);
    expect(await database.query('SELECT FROM end_user WHERE external_id = $1', [externalUserId])).toEqual([]);
    await expectNoTraceOf([CANARY], body);
    // The key was not used up.
    expect(await issue(gateway, input)).toMatchObject({ __typename: 'CreateRealtimeSessionSuccess' });
  });
});

/** Makes exactly these writes fail; returns what ends it. */
async function refuse(when: string, condition: string): Promise<() => Promise<void>> {
  const table = when.split(' ').at(-1);
  await database.query(
    `CREATE TRIGGER refuse ${when} FOR EACH ROW WHEN (${condition}) EXECUTE FUNCTION refuse()`,
  );
  const allow = async () => {
    // By itself it locks the partitions before their parent, and the gateways, which begin with that, at cross purposes.
    await database.query(`BEGIN; LOCK TABLE ${table}; DROP TRIGGER IF EXISTS refuse ON ${table}; COMMIT`);
  };
  onTestFinished(allow);
  return allow;
}

async function outcomeOf(id: string | undefined): Promise<string | null | undefined> {
  const [row] = await database.query<{ outcome: string | null }>(
    'SELECT outcome FROM realtime_session WHERE id = $1',
    [id],
  );
  return row?.outcome;
}

/** In no row, in no line of the log, and not in what was answered. */
async function expectNoTraceOf(values: readonly string[], answered: unknown = null): Promise<void> {
  expect(values.length).toBeGreaterThan(0);
  const rows = await database.query(
    `SELECT to_jsonb(s) AS row FROM realtime_session AS s UNION ALL SELECT to_jsonb(e) FROM audit_event AS e`,
  );
  const everything = [JSON.stringify(rows), JSON.stringify(answered), ...gateway.logLines()].join('\n');
  for (const value of values) expect(everything).not.toContain(value);
}
