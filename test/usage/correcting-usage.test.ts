import { describe, expect, test } from 'vitest';
import { issue, setPolicy, trailOf } from '../support/ask.ts';
import { bearer, createApplication, createKey } from '../support/callers.ts';
import { eventually } from '../support/eventually.ts';
import { useDatabase, useIdentityProvider, useReplicas } from '../support/fixture.ts';
import { idOf, uuidOf } from '../support/ids.ts';
import { asOwner } from '../support/partitions.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { RESPONSE, readUsage, report } from '../support/usage.ts';

const ALL = { from: '2026-01-01T00:00:00.000Z', to: '2100-01-01T00:00:00.000Z' };
const COST = '0.0085336';
const SMALL = {
  input_tokens: 10,
  input_token_details: { text_tokens: 10 },
  output_tokens: 0,
  total_tokens: 10,
};
const CORRECT = `mutation ($input: ReportUsageInput!) { reportUsage(input: $input) { __typename } }`;

const database = useDatabase();
const identityProvider = useIdentityProvider();
const gateway = useReplicas(database, () => identityProvider.env);

const as = async (externalUserId: string) => bearer(await identityProvider.sign({ sub: externalUserId }));

async function sessionOf(externalUserId: string): Promise<string> {
  return (await issue(gateway, { externalUserId, model: 'gpt-realtime-2.1' })).session.id;
}

/** What a user's records and all sums over them say, by month and model: rows in which they differ. */
async function differences(externalUserId: string): Promise<unknown[]> {
  const columns = [
    ...['input_text_tokens', 'input_audio_tokens', 'input_image_tokens', 'cached_text_tokens'],
    ...['cached_audio_tokens', 'cached_image_tokens', 'output_text_tokens', 'output_audio_tokens'],
    ...['total_tokens', 'transcription_seconds'],
  ];
  const sums = [...columns, 'known_cost', 'unpriced', 'estimated_cost', 'responses'];
  return database.query(
    `WITH of_user AS (SELECT id FROM end_user WHERE external_id = $1), counted AS (
       SELECT date_bin('15 minutes', at, timestamptz 'epoch') AS bucket, model, ${columns.map((column) => `sum(${column}) AS ${column}`).join(', ')},
         sum(coalesce(cost, 0)) AS known_cost, count(*) FILTER (WHERE cost IS NULL) AS unpriced,
         coalesce(sum(cost) FILTER (WHERE estimated), 0) AS estimated_cost, count(*) AS responses
       FROM usage_record WHERE counted AND user_id = (SELECT id FROM of_user) GROUP BY 1, 2
     ), summed AS (
       SELECT bucket, model, ${sums.join(', ')} FROM usage_rollup WHERE user_id = (SELECT id FROM of_user)
     )
     SELECT bucket, model, counted.responses, summed.responses AS in_sums FROM counted FULL JOIN summed USING (bucket, model)
     WHERE NOT (${sums.map((column) => `coalesce(counted.${column}, 0) = coalesce(summed.${column}, 0)`).join(' AND ')})`,
    [externalUserId],
  );
}

/** The same over all users. */
async function differencesOfAll(): Promise<unknown[]> {
  const sums = (table: string, of: string) =>
    `SELECT bucket, model, sum(responses) AS responses, sum(total_tokens) AS tokens, sum(known_cost) AS cost,
       sum(estimated_cost) AS estimated, sum(unpriced) AS unpriced FROM (${of}) AS ${table} GROUP BY 1, 2`;
  return database.query(
    `SELECT * FROM (${sums('users', 'SELECT * FROM usage_rollup')}) AS a FULL JOIN (
       ${sums('everybody', 'SELECT bucket, model, responses, total_tokens, known_cost, estimated_cost, unpriced FROM usage_sum UNION ALL SELECT bucket, model, responses, total_tokens, known_cost, estimated_cost, unpriced FROM usage_part')}
     ) AS b USING (bucket, model)
     WHERE (a.responses, a.tokens, a.cost, a.estimated, a.unpriced) IS DISTINCT FROM (b.responses, b.tokens, b.cost, b.estimated, b.unpriced)`,
  );
}

describe('a correction', () => {
  test('replaces what was booked, in every sum, and the trail has both numbers', async () => {
    const sessionId = await sessionOf('corrected');
    const input = { sessionId, responseId: 'item_1' };
    const transcribed = { type: 'tokens', total_tokens: 48, input_tokens: 13, output_tokens: 35 };
    const usage = { ...transcribed, input_token_details: { audio_tokens: 13 } };
    const at = new Date().toISOString();
    // Booked by the realtime model, 13 × 32 + 35 × 24 = 1256, and a moment after the session began.
    await report(gateway, { ...input, usage, model: 'gpt-realtime-2.1', at });
    const model = 'gpt-4o-transcribe';
    const answer = await report(gateway, { ...input, usage, model, replaces: true });
    expect(answer).toMatchObject({
      alreadyReported: false,
      session: { usage: { responses: 1, totalTokens: 48, costUsd: '0.000428' } },
    });
    const { totals, rows } = await readUsage(gateway, {
      filter: { ...ALL, models: [model, 'gpt-realtime-2.1'] },
      groupBy: ['MODEL'],
    });
    expect(totals).toMatchObject({ responses: 1, costUsd: '0.000428' });
    expect(rows.nodes).toMatchObject([
      { model, totals: { responses: 1, outputTextTokens: 35 } },
      {
        model: 'gpt-realtime-2.1',
        sessionsIssued: 1,
        totals: { reported: false, responses: 0, costUsd: '0' },
      },
    ]);
    const numbers = {
      ...{ source: 'APPLICATION', inputTextTokens: 0, inputAudioTokens: 13, inputImageTokens: 0 },
      ...{ cachedTextTokens: 0, cachedAudioTokens: 0, cachedImageTokens: 0, outputTextTokens: 35 },
      ...{ outputAudioTokens: 0, totalTokens: 48, transcriptionSeconds: '0', estimated: false },
    };
    const { action, outcome, actor_kind, detail } = (await trailOf(database, 'corrected')).at(-1) ?? {};
    expect({ action, outcome, actor_kind }).toEqual({
      ...{ action: 'usage.corrected', outcome: 'SUCCEEDED', actor_kind: 'OPERATOR' },
    });
    const time = expect.any(String);
    expect(detail).toEqual({
      responseId: 'item_1',
      before: { ...numbers, model: 'gpt-realtime-2.1', at: time, costUsd: '0.001256' },
      after: { ...numbers, model, at: time, costUsd: '0.000428' },
    });
    // Without a time of its own it keeps the one that was reported.
    const [before, after] = [detail?.['before'], detail?.['after']].map((one) => Date.parse(Object(one).at));
    expect([before, after]).toEqual([Date.parse(at), Date.parse(at)]);
    expect(await differences('corrected')).toEqual([]);
  });

  test('can be corrected again, repeated, and is what a later report conflicts with', async () => {
    const sessionId = await sessionOf('again');
    const by = (usage: object, fields = {}) =>
      report(gateway, { sessionId, responseId: 'r', usage, ...fields });
    const correct = (usage: object) => by(usage, { replaces: true });
    await by(RESPONSE);
    expect(await correct(RESPONSE)).toMatchObject({ alreadyReported: true });
    expect(await correct(SMALL)).toMatchObject({
      alreadyReported: false,
      session: { usage: { totalTokens: 10 } },
    });
    expect(await correct(SMALL)).toMatchObject({ alreadyReported: true });
    expect(await correct(RESPONSE)).toMatchObject({ session: { usage: { responses: 1, costUsd: COST } } });
    expect(await by(SMALL)).toMatchObject({ __typename: 'UsageConflictError' });
    expect(await by(RESPONSE)).toMatchObject({ alreadyReported: true });
    expect((await trailOf(database, 'again')).map(({ action }) => action).slice(2)).toEqual([
      ...['usage.reported', 'usage.corrected', 'usage.corrected', 'usage.conflicted'],
    ]);
    expect(await differences('again')).toEqual([]);
  });

  test('of what only the client reported stands in its place; of what nobody reported, it is a report', async () => {
    const sessionId = await sessionOf('of client');
    const input = { sessionId, responseId: 'r', replaces: true };
    await report(gateway, { sessionId, responseId: 'r', usage: RESPONSE }, await as('of client'));
    expect(await report(gateway, { ...input, usage: SMALL })).toMatchObject({
      session: { usage: { responses: 1, totalTokens: 10 } },
    });
    expect(await report(gateway, { ...input, responseId: 'new', usage: SMALL })).toMatchObject({
      session: { usage: { responses: 2, totalTokens: 20 } },
    });
    const events = (await trailOf(database, 'of client')).slice(2);
    expect(events.map(({ action }) => action)).toEqual([
      'usage.reported',
      'usage.corrected',
      'usage.reported',
    ]);
    expect(events[1]?.detail).toMatchObject({
      before: { source: 'CLIENT', totalTokens: 275 },
      after: { totalTokens: 10 },
    });
    // The client may repeat itself; it counts no more.
    const repeated = await report(
      gateway,
      { sessionId, responseId: 'r', usage: RESPONSE },
      await as('of client'),
    );
    expect(repeated).toMatchObject({ alreadyReported: true, session: { usage: { totalTokens: 20 } } });
    expect(await differences('of client')).toEqual([]);
  });

  test('moves what it corrects to another month, and the budget follows', async () => {
    const externalUserId = 'months';
    const sessionId = await sessionOf(externalUserId);
    await database.query(
      `UPDATE realtime_session AS s SET settled_at = date_trunc('month', now(), 'UTC') - interval '1 hour',
         created_at = date_trunc('month', now(), 'UTC') - interval '1 hour'
       FROM end_user AS u WHERE u.id = s.user_id AND external_id = $1`,
      [externalUserId],
    );
    const input = { sessionId, responseId: 'r', usage: RESPONSE };
    const month = new Date();
    const start = Date.UTC(month.getUTCFullYear(), month.getUTCMonth());
    await report(gateway, { ...input, at: new Date(start).toISOString() });
    await setPolicy(gateway, { externalUserId, monthlyBudgetUsd: COST });
    expect(await issue(gateway, { externalUserId })).toMatchObject({ rule: 'BUDGET' });
    await report(gateway, { ...input, replaces: true, at: new Date(start - 1000).toISOString() });
    expect(await issue(gateway, { externalUserId })).toMatchObject({
      __typename: 'CreateRealtimeSessionSuccess',
    });
    expect(await differences(externalUserId)).toEqual([]);
  });

  test('needs USAGE_WRITE and reach over everything; else it is FORBIDDEN, whatever it names', async () => {
    const { application } = await createApplication(gateway, 'shop');
    const keyOf = async (scopes: string[], reach: string) =>
      bearer((await createKey(gateway, application.id, { scopes, reach })).value);
    const own = await keyOf(
      ['SESSIONS_CREATE', 'SESSIONS_READ', 'USAGE_WRITE', 'USAGE_READ'],
      'OWN_APPLICATION',
    );
    const asking = { ask: (query: string, variables = {}) => gateway.ask(query, variables, own) };
    const sessionId = (await issue(asking, { externalUserId: 'guarded' })).session.id;
    await report(gateway, { sessionId, responseId: 'r', usage: RESPONSE });
    const input = { sessionId, responseId: 'r', usage: SMALL, replaces: true };
    const reader = await keyOf(['SESSIONS_READ', 'USAGE_READ'], 'EVERYTHING');
    for (const headers of [own, reader, await as('guarded'), await as('somebody else')]) {
      for (const named of [sessionId, 'nothing']) {
        const { body } = await gateway.ask(CORRECT, { input: { ...input, sessionId: named } }, headers);
        expect(body.errors?.[0].extensions.code).toBe('FORBIDDEN');
      }
      // Not asking for it is as ever.
      const plain = await gateway.ask(
        CORRECT,
        { input: { ...input, replaces: false, usage: RESPONSE } },
        headers,
      );
      expect(plain.body.errors).toBeUndefined();
    }
    const actions = (await trailOf(database, 'guarded')).map(({ action }) => action);
    expect(actions).not.toContain('usage.corrected');
    const denials = await database.query(
      `SELECT FROM audit_event WHERE action = 'access.denied' AND detail->'fields' ? 'Mutation.reportUsage'`,
    );
    expect(denials).toHaveLength(8);
    const writer = await keyOf(['USAGE_WRITE'], 'EVERYTHING');
    const { body } = await gateway.ask(CORRECT, { input }, writer);
    expect(body.data.reportUsage.__typename).toBe('ReportUsageSuccess');
  });
});

describe('at once', () => {
  test('thirty corrections and reports leave one record that counts, and sums of it', async () => {
    const sessionId = await sessionOf('raced');
    const usageOf = (n: number) => ({
      ...SMALL,
      input_tokens: n,
      input_token_details: { text_tokens: n },
      total_tokens: n,
    });
    const client = await as('raced');
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, n) => {
        const input = { sessionId, responseId: 'r', usage: usageOf(n + 1) };
        if (n % 3 === 0)
          return report(gateway, {
            ...input,
            replaces: true,
            model: n % 2 === 0 ? 'gpt-realtime-2.1' : 'gpt-realtime-2.1-mini',
          });
        return report(gateway, input, n % 3 === 1 ? undefined : client);
      }),
    );
    expect(new Set(answers.map(({ __typename }) => __typename))).toEqual(
      new Set(['ReportUsageSuccess', 'UsageConflictError']),
    );
    const counted = await database.query<{ total_tokens: string }>(
      `SELECT total_tokens FROM usage_record AS r JOIN end_user AS u ON u.id = r.user_id WHERE external_id = 'raced' AND counted`,
    );
    expect(counted).toHaveLength(1);
    expect(await differences('raced')).toEqual([]);
    // Each event begins with the numbers that the one before ended with.
    const events = (await trailOf(database, 'raced')).filter(({ action }) => action === 'usage.corrected');
    expect(events.length).toBeGreaterThan(1);
    const chain = events.map(({ detail }) => [
      Object(detail['before']).totalTokens,
      Object(detail['after']).totalTokens,
    ]);
    expect(chain.slice(1).map(([before]) => before)).toEqual(chain.slice(0, -1).map(([, after]) => after));
    expect(String(chain.at(-1)?.[1])).toBe(String(counted[0]?.total_tokens));
  });
});

test('corrections and reports that wait for one user are made one after the other', async () => {
  const sessionId = await sessionOf('waiting');
  const input = { sessionId, responseId: 'r', usage: RESPONSE };
  await report(gateway, input, await as('waiting'));
  const answers = await asOwner(database, async (client) => {
    await client.query('BEGIN');
    await client.query(`SELECT FROM end_user WHERE external_id = 'waiting' FOR UPDATE`);
    const asked = Promise.all([
      report(gateway, { ...input, usage: SMALL, replaces: true }),
      report(gateway, { ...input, model: 'gpt-realtime-2.1-mini', replaces: true }),
      report(gateway, { ...input, model: 'gpt-unheard-of' }),
    ]);
    await eventually(async () => {
      const waiting = await database.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return waiting.length === 3 ? true : undefined;
    });
    await client.query('COMMIT');
    return asked;
  });
  const events = (await trailOf(database, 'waiting')).slice(2).map(({ action }) => action);
  // Only the report can be refused, when it is not the first of the three.
  expect(answers.slice(0, 2)).toMatchObject([{ alreadyReported: false }, { alreadyReported: false }]);
  const isFirst = answers[2].__typename === 'ReportUsageSuccess';
  expect(events.toSorted()).toEqual(
    [
      ...['usage.corrected', 'usage.corrected'],
      ...(isFirst ? ['usage.reported', 'usage.reported'] : ['usage.conflicted', 'usage.reported']).toSorted(),
    ].toSorted(),
  );
  expect(
    await database.query(`SELECT FROM usage_record WHERE counted AND session_id = $1`, [uuidOf(sessionId)]),
  ).toHaveLength(1);
  expect(await differences('waiting')).toEqual([]);
});

test('whatever is reported and corrected, in any order, all sums are those of the records that count', async () => {
  const random = seededRandom(17);
  const below = (most: number) => Math.floor(random() * most);
  const sessions = [await sessionOf('any order'), await sessionOf('any order')];
  const client = await as('any order');
  const models = [undefined, 'gpt-realtime-2.1-mini', 'gpt-unheard-of', 'gpt-4o-transcribe'];
  for (let step = 0; step < 48; step += 1) {
    const kinds = { text_tokens: below(20), audio_tokens: below(20) };
    const input_tokens = kinds.text_tokens + kinds.audio_tokens + below(2) * 5;
    const usage = [
      {
        input_tokens,
        output_tokens: below(9),
        input_token_details: { ...kinds, cached_tokens: below(input_tokens + 1) },
      },
      { type: 'duration', seconds: below(90) },
      { type: 'tokens', input_tokens, output_tokens: below(9) },
    ][below(3)];
    const fields = { model: models[below(models.length)], replaces: below(2) === 0 };
    const input = { sessionId: sessions[below(2)], responseId: `r${below(6)}`, usage };
    const asClient = below(4) === 0;
    await (asClient ? report(gateway, input, client) : report(gateway, { ...input, ...fields }));
    if (step % 12 === 10) await database.query('SELECT sum_usage(7)');
  }
  expect(await differences('any order')).toEqual([]);
  expect(await differencesOfAll()).toEqual([]);
  const user = (
    await database.query<{ id: string }>(`SELECT id FROM end_user WHERE external_id = 'any order'`)
  )[0]?.id;
  const filter = { ...ALL, userIds: [idOf('User', user)] };
  const [expected] = await database.query(
    `SELECT count(*)::int AS responses, trim_scale(sum(cost))::text AS "costKnownUsd", sum(total_tokens)::int AS "totalTokens",
       trim_scale(coalesce(sum(cost) FILTER (WHERE estimated), 0))::text AS "costEstimatedUsd"
     FROM usage_record WHERE counted AND user_id = $1`,
    [user],
  );
  expect((await readUsage(gateway, { filter })).totals).toMatchObject(expected ?? {});
  // By a path that reads the records instead, as for an interval that cuts a quarter of an hour.
  const { totals } = await readUsage(gateway, {
    filter: { ...filter, to: new Date(Date.now() + 1000).toISOString() },
  });
  expect(totals).toMatchObject(expected ?? {});
});
