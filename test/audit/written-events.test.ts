import { beforeAll, expect, test } from 'vitest';
import { auditActions, auditRecord } from '../../src/audit/actions.ts';
import { createCallStore } from '../../src/calls/open-calls.ts';
import { createPool } from '../../src/platform/database/pool.ts';
import { issue, passTime, reinstateUser, revokeSession, setPolicy, suspendUser } from '../support/ask.ts';
import { issueBrokered, useBrokeringGateway } from '../support/brokered.ts';
import { bearer, createApplication, createKey, revokeKey } from '../support/callers.ts';
import { eventually } from '../support/eventually.ts';
import { useDatabase, useUpstream } from '../support/fixture.ts';
import { upstreamEnv } from '../support/gateway.ts';
import { asOwner } from '../support/partitions.ts';
import { dropDue } from '../support/retention.ts';
import { everythingSealed, GATEWAY_KEY } from '../support/trail.ts';
import { RESPONSE, report } from '../support/usage.ts';

// What is written in the trail is what the list of audit actions says, down to each detail.

const ERASE = 'mutation ($id: ID!) { eraseUser(input: { id: $id }) { __typename } }';
const IDENTIFY =
  'mutation ($secret: String!) { identifyClientSecret(input: { secret: $secret }) { __typename } }';

type Event = { readonly action: string; readonly outcome: string; readonly detail: Record<string, unknown> };

const database = useDatabase();
const upstream = useUpstream();
beforeAll(addOldMonths);
const gateway = useBrokeringGateway(database, () => upstreamEnv(upstream.baseUrl));
let events: Event[];

beforeAll(async () => {
  await changeAndRefuse();
  await failAndExpire();
  await openAndEndCall();
  await dropOldMonths();
  events = await database.query<Event>('SELECT action, outcome, detail FROM audit_event ORDER BY id');
});

/** Two months that are over for long: one with an event, one without. */
async function addOldMonths(): Promise<void> {
  await asOwner(database, (client) =>
    client.query(`SELECT create_partitions(now() - interval '4 months', now())`),
  );
  await database.query(
    `INSERT INTO audit_event (id, at, action, outcome, actor_kind, actor_name, detail)
     SELECT uuidv7_at(at), at, 'secret.identified', 'FAILED', 'OPERATOR', 'root', '{}'
     FROM (SELECT now() - interval '3 months' AS at) AS old`,
  );
}

async function changeAndRefuse(): Promise<void> {
  const { application } = await createApplication(gateway, 'shop');
  const applicationKey = await createKey(gateway, application.id, { scopes: ['AUDIT_READ'] });
  const asShop = {
    ask: (query: string, variables = {}) => gateway.ask(query, variables, bearer(applicationKey.value)),
  };
  const { session, clientSecret } = await issue(gateway, { externalUserId: 'alice' });
  await gateway.ask(IDENTIFY, { secret: clientSecret.value });
  await gateway.ask(IDENTIFY, { secret: 'ek_nobody_was_ever_given_this' });
  await report(gateway, { sessionId: session.id, responseId: 'one', usage: RESPONSE });
  await report(gateway, { sessionId: session.id, responseId: 'two', model: 'unpriced', usage: RESPONSE });
  await report(gateway, { sessionId: session.id, responseId: 'one', model: 'unpriced', usage: RESPONSE });
  await report(gateway, {
    ...{ sessionId: session.id, responseId: 'one', model: 'unpriced', usage: RESPONSE, replaces: true },
  });
  await revokeSession(gateway, { id: session.id, reason: 'lost' });

  // Refused: by scope, quota, budget, model, provider, lifetime and suspension.
  await asShop.ask('mutation { createRealtimeSession(input: { externalUserId: "alice" }) { __typename } }');
  await asShop.ask('{ users { nodes { id } } }');
  await setPolicy(gateway, {
    applicationId: application.id,
    ...{ maxTtlSeconds: 600, maxMintsPerMinute: 9, maxMintsPerDay: 99, allowedModels: ['gpt-realtime-2.1'] },
  });
  for (const limits of [
    { maxActiveSessions: 0 },
    { maxActiveSessions: null, monthlyBudgetUsd: '0' },
    { monthlyBudgetUsd: null, allowedModels: [] },
    { allowedModels: null, allowedProviders: ['azure'] },
    { allowedProviders: null, maxTtlSeconds: 60 },
  ]) {
    await setPolicy(gateway, { externalUserId: 'alice', ...limits });
    await issue(gateway, { externalUserId: 'alice', expiresAfterSeconds: 600 });
  }
  await setPolicy(gateway, {
    externalUserId: 'alice',
    maxTtlSeconds: null,
    brokeredOnly: true,
    maxCallSeconds: 60,
  });
  await issue(gateway, { externalUserId: 'alice' });
  await issueBrokered(gateway, { maxCallSeconds: 61 });
  await setPolicy(gateway, { externalUserId: 'alice', brokeredOnly: null, maxCallSeconds: null });
  await setPolicy(gateway, { externalUserId: 'alice', monthlyBudgetUsd: '5' });
  await issue(gateway, { externalUserId: 'alice', model: 'unpriced' });
  await suspendUser(gateway, { externalUserId: 'alice', reason: 'abuse' });
  await issue(gateway, { externalUserId: 'alice' });
  await reinstateUser(gateway, session.user.id);
  await revokeKey(gateway, applicationKey.id);
}

async function failAndExpire(): Promise<void> {
  upstream.next({ kind: 'answer', status: 400, body: { error: { code: 'invalid' } } });
  await issue(gateway, { externalUserId: 'bob' });
  upstream.next({ kind: 'reset' });
  await issue(gateway, { externalUserId: 'bob' });
  await issue(gateway, { externalUserId: 'carol' });
  await passTime(database, 'carol', '1 day');
  await written('session.expired');

  // Erased while a session is being issued.
  const { session } = await issue(gateway, { externalUserId: 'zoe' });
  const erased = Promise.withResolvers<void>();
  upstream.next({ kind: 'hold', until: erased.promise });
  const asked = upstream.nextCall();
  const answered = issue(gateway, { externalUserId: 'zoe' });
  await asked;
  await gateway.ask(ERASE, { id: session.user.id });
  erased.resolve();
  await answered;
}

/** As the gateway does that gets the offer. */
async function openAndEndCall(): Promise<void> {
  const { session } = await issueBrokered(gateway, { externalUserId: 'carl' });
  const [secret] = await database.query<{ id: string; fingerprint: string; key: string }>(
    `SELECT id, secret_fingerprint AS fingerprint, secret_fingerprint_key_id AS key FROM realtime_session
     WHERE connection = 'BROKERED' AND outcome = 'ISSUED' ORDER BY id DESC LIMIT 1`,
  );
  if (secret === undefined) throw new Error(`Not issued: ${session}`);
  const pool = createPool({ url: database.url, size: 1, timeoutMs: 10_000, onError: () => {} });
  const calls = createCallStore(pool);
  const owner = { instanceId: 'here', leaseSeconds: 60 };
  await calls.redeem({ [secret.key]: secret.fingerprint }, owner, { connectWithinSeconds: 10 });
  await calls.recordOpened(secret.id, { upstreamCallId: 'rtc_1', keyId: 'k', longestCallSeconds: 60 });
  await calls.recordDrift(secret.id, ['instructions']);
  await calls.end(secret.id, 'IDLE');
  await pool.end();
}

async function dropOldMonths(): Promise<void> {
  await everythingSealed(database);
  const { errors } = await dropDue(database.ownerUrl, {
    months: 1,
    auditMonths: 1,
    auditKeys: [GATEWAY_KEY],
  });
  await written('trail.checkpointed', 2);
  await written('partition.dropped');
  expect(errors).toEqual([]);
}

/** Waits until there are so many events of an action. */
async function written(action: string, count = 1): Promise<void> {
  await eventually(async () => {
    const rows = await database.query('SELECT FROM audit_event WHERE action = $1', [action]);
    return rows.length >= count ? true : undefined;
  });
}

test('every action was written, and nothing else', () => {
  expect([...new Set(events.map(({ action }) => action))].toSorted()).toEqual([...auditActions].toSorted());
});

test('each event has an outcome and the details of its action', () => {
  const misfits = events.filter((event) => !auditRecord.safeParse(event).success);
  expect(misfits).toEqual([]);
});

test('each alternative of the details was written', () => {
  const detailsOf = (action: string) =>
    events.filter((event) => event.action === action).map(({ detail }) => detail);
  const refusals = detailsOf('session.denied').map(({ reason, rule }) => rule ?? reason);
  expect(refusals.toSorted()).toEqual([
    'BUDGET',
    'BUDGET',
    'CALL_LENGTH',
    'CONNECTION',
    'MODEL',
    'PROVIDER',
    'TTL',
    'forbidden',
    'quota',
    'suspended',
  ]);
  const keysOf = (action: string) => new Set(detailsOf(action).map((detail) => Object.keys(detail).length));
  // With the upstream's error, and as only the code.
  expect(keysOf('session.unconfirmed')).toEqual(new Set([6, 1]));
  // With what was signed, and of a month without sealed events.
  expect(keysOf('trail.checkpointed').size).toBe(2);
  const outcomes = events
    .filter(({ action }) => action === 'secret.identified')
    .map(({ outcome }) => outcome);
  expect(new Set(outcomes)).toEqual(new Set(['SUCCEEDED', 'FAILED']));
});

test('an action that a newer gateway wrote can be read', async () => {
  await database.query(
    `INSERT INTO audit_event (id, at, action, outcome, actor_kind, actor_name, detail)
     SELECT uuidv7_at(now()), now(), 'call.opened', 'SUCCEEDED', 'SYSTEM', 'gatehouse', '{}'`,
  );
  const { body } = await gateway.ask(
    '{ auditEvents(filter: { actorKinds: [SYSTEM] }, first: 100) { nodes { action } } }',
  );
  expect(body.data.auditEvents.nodes).toContainEqual({ action: 'call.opened' });
});
