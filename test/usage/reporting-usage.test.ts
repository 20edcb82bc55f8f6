import { describe, expect, test } from 'vitest';
import { issue, readSession, trailOf, unknownId } from '../support/ask.ts';
import { bearer, createApplication, createKey } from '../support/callers.ts';
import { useDatabase, useIdentityProvider, useReplicas } from '../support/fixture.ts';
import { idOf, uuidOf } from '../support/ids.ts';
import { RESPONSE, readUsage, report } from '../support/usage.ts';

const YEAR = { from: '2026-01-01T00:00:00.000Z', to: '2100-01-01T00:00:00.000Z' };
const COST = '0.0085336';
const TOTALS = {
  ...{ reported: true, responses: 1, inputTextTokens: 119, inputAudioTokens: 8, inputImageTokens: 0 },
  ...{ cachedTextTokens: 64, cachedAudioTokens: 0, cachedImageTokens: 0, outputTextTokens: 36 },
  ...{ outputAudioTokens: 112, transcriptionSeconds: 0, totalTokens: 275 },
  ...{ costUsd: COST, costKnownUsd: COST, costUnknownFor: [], costUnknownForMore: 0, costEstimatedUsd: '0' },
};
const NOT_FOUND = { __typename: 'NotFoundError', message: 'Not found.' };

const database = useDatabase();
const identityProvider = useIdentityProvider();
const gateway = useReplicas(database, () => identityProvider.env);

async function sessionOf(
  externalUserId: string,
  headers?: Record<string, string>,
  fields: object = {},
): Promise<string> {
  const asking = { ask: (query: string, variables = {}) => gateway.ask(query, variables, headers) };
  return (await issue(asking, { externalUserId, model: 'gpt-realtime-2.1', ...fields })).session.id;
}

const as = async (externalUserId: string) => bearer(await identityProvider.sign({ sub: externalUserId }));
const usageOf = async (userId: string) =>
  (await readUsage(gateway, { filter: { ...YEAR, userIds: [userId] } })).totals;
const userOf = async (sessionId: string) => {
  const { body } = await gateway.ask('query ($id: ID!) { realtimeSession(id: $id) { user { id } } }', {
    id: sessionId,
  });
  return body.data.realtimeSession.user.id;
};

describe('a report', () => {
  test('is recorded with its price, its event and what nobody knows of', async () => {
    const sessionId = await sessionOf('reported');
    const usage = { ...RESPONSE, novel: { thing: [1] } };
    const answer = await report(gateway, { sessionId, responseId: 'resp_1', usage });
    expect(answer).toEqual({
      __typename: 'ReportUsageSuccess',
      alreadyReported: false,
      session: { id: sessionId, usage: TOTALS },
    });
    expect(await usageOf(await userOf(sessionId))).toEqual(TOTALS);
    const [row] = await database.query(
      `SELECT usage, price, cost::text, source, provider FROM usage_record WHERE response_id = 'resp_1' AND cost IS NOT NULL`,
    );
    expect(row).toEqual({
      usage,
      cost: COST,
      source: 'APPLICATION',
      provider: 'sandbox',
      price: expect.objectContaining({ model: 'gpt-realtime-2.1', audioInput: '32', from: '2026-01-01' }),
    });
    expect((await trailOf(database, 'reported')).at(-1)).toMatchObject({
      action: 'usage.reported',
      outcome: 'SUCCEEDED',
      detail: {
        responseId: 'resp_1',
        source: 'APPLICATION',
        totalTokens: 275,
        costUsd: COST,
        replaced: false,
      },
    });
  });

  test('fifty times at once, on three gateways, counts once', async () => {
    const sessionId = await sessionOf('many');
    const input = { sessionId, responseId: 'resp_many', usage: RESPONSE };
    const answers = await Promise.all(Array.from({ length: 50 }, () => report(gateway, input)));
    expect(answers.filter(({ alreadyReported }) => alreadyReported === false)).toHaveLength(1);
    expect(answers.filter(({ alreadyReported }) => alreadyReported === true)).toHaveLength(49);
    expect(await usageOf(await userOf(sessionId))).toEqual(TOTALS);
    const trail = await trailOf(database, 'many');
    expect(trail.filter(({ action }) => action === 'usage.reported')).toHaveLength(1);
  });

  test('with other numbers of the same source is a conflict, and the first stand', async () => {
    const sessionId = await sessionOf('conflicting');
    const input = { sessionId, responseId: 'resp_c' };
    await report(gateway, { ...input, usage: RESPONSE });
    const other = {
      ...RESPONSE,
      total_tokens: 276,
      output_tokens: 149,
      output_token_details: { text_tokens: 37, audio_tokens: 112 },
    };
    for (const change of [{ usage: other }, { usage: RESPONSE, model: 'gpt-realtime-1.5' }])
      expect(await report(gateway, { ...input, ...change })).toEqual({
        __typename: 'UsageConflictError',
        message: expect.any(String),
      });
    // What is not a number may differ: the first report stays as it was.
    const repeated = await report(gateway, { ...input, usage: { ...RESPONSE, more: 1 } });
    expect(repeated).toMatchObject({ alreadyReported: true, session: { usage: TOTALS } });
    expect((await trailOf(database, 'conflicting')).map(({ action }) => action)).toEqual([
      ...['session.requested', 'session.issued', 'usage.reported', 'usage.conflicted', 'usage.conflicted'],
    ]);
  });

  test("of the application replaces the client's in every sum, whichever comes first", async () => {
    const client = await as('both');
    const cheap = { input_tokens: 10, input_token_details: { text_tokens: 10 }, total_tokens: 10 };
    for (const [responseId, clientFirst] of [
      ['resp_first', true],
      ['resp_last', false],
    ] as const) {
      const sessionId = await sessionOf('both');
      const byClient = () => report(gateway, { sessionId, responseId, usage: cheap }, client);
      const byApplication = () => report(gateway, { sessionId, responseId, usage: RESPONSE });
      if (clientFirst) {
        const { session } = await byClient();
        expect(session.usage).toMatchObject({ responses: 1, totalTokens: 10, costUsd: '0.00004' });
      }
      expect((await byApplication()).session.usage).toEqual(TOTALS);
      const { session, alreadyReported } = await byClient();
      expect({ usage: session.usage, alreadyReported }).toEqual({
        usage: TOTALS,
        alreadyReported: clientFirst,
      });
    }
    const [{ userId } = { userId: '' }] = await database.query<{ userId: string }>(
      `SELECT id AS "userId" FROM end_user WHERE external_id = 'both'`,
    );
    const expected = { responses: 2, totalTokens: 550, costUsd: '0.0170672' };
    expect(await usageOf(idOf('User', userId))).toMatchObject(expected);
    // And in the sums over all users, by whatever way they are added up.
    const [sums] = await database.query(
      `SELECT sum(responses)::int AS responses, sum(total_tokens)::int AS tokens, trim_scale(sum(known_cost))::text AS cost
       FROM usage_rollup WHERE user_id = $1`,
      [userId],
    );
    expect(sums).toEqual({ responses: 2, tokens: 550, cost: '0.0170672' });
  });

  test('of a model without a price costs nobody knows what, never nothing', async () => {
    const sessionId = await sessionOf('unpriced');
    await report(gateway, { sessionId, responseId: 'a', usage: RESPONSE });
    const { session } = await report(gateway, {
      sessionId,
      responseId: 'b',
      model: 'm-new',
      usage: RESPONSE,
    });
    expect(session.usage).toMatchObject({
      ...{ responses: 2, totalTokens: 550, costUsd: null, costKnownUsd: COST, costUnknownFor: ['m-new'] },
    });
    // A session of which nothing was reported: unknown, not zero.
    const userId = await userOf(await sessionOf('silent'));
    const silent = await usageOf(userId);
    expect(silent).toMatchObject({ reported: false, responses: 0, totalTokens: 0 });
    await sessionOf('silent');
    const { rows } = await readUsage(gateway, { filter: { ...YEAR, userIds: [userId] }, groupBy: ['MODEL'] });
    expect(rows.nodes).toMatchObject([
      { model: 'gpt-realtime-2.1', sessionsIssued: 2, totals: { reported: false } },
    ]);
  });
});

test('a report that leaves something open is kept, by a client too, and sums say that it is a bound', async () => {
  const sessionId = await sessionOf('open');
  const client = await as('open');
  const { cached_tokens_details: _, ...details } = RESPONSE.input_token_details;
  const unsplit = { ...RESPONSE, input_token_details: details };
  await report(gateway, { sessionId, responseId: 'exact', usage: RESPONSE }, client);
  for (const alreadyReported of [false, true])
    expect(await report(gateway, { sessionId, responseId: 'open', usage: unsplit }, client)).toMatchObject({
      alreadyReported,
      session: { usage: { responses: 2, cachedTextTokens: 128, totalTokens: 550, costEstimatedUsd: COST } },
    });
  expect(await usageOf(await userOf(sessionId))).toMatchObject({
    costUsd: '0.0170672',
    costEstimatedUsd: COST,
  });
});

test('seconds that a provider bills beside tokens of none are kept, at a cost that nobody knows', async () => {
  const sessionId = await sessionOf('seconds', undefined, { model: 'grok-voice-latest' });
  const usage = { total_tokens: 0, input_tokens: 0, output_tokens: 0, billable_audio_seconds: 12.5 };
  expect(await report(gateway, { sessionId, responseId: 'r', usage }, await as('seconds'))).toMatchObject({
    session: {
      usage: {
        transcriptionSeconds: 12.5,
        costUsd: null,
        costKnownUsd: '0',
        costUnknownFor: ['grok-voice-latest'],
      },
    },
  });
});

describe('a report without a model', () => {
  const TOKENS = {
    ...{ type: 'tokens', total_tokens: 48, input_tokens: 13, output_tokens: 35 },
    input_token_details: { text_tokens: 0, audio_tokens: 13 },
  };
  const DURATION = { type: 'duration', seconds: 60 };
  test.each<[string, object, object, object, string, string, string]>([
    // 13 × 6 + 35 × 10 = 428; by the realtime model it would be 5.7 times as much.
    [
      'the recorded one, by tokens',
      {},
      { model: 'gpt-4o-transcribe' },
      TOKENS,
      'gpt-4o-transcribe',
      '0.000428',
      '0',
    ],
    // 13 × 3 + 35 × 5 = 214
    [
      'the recorded one, of a snapshot',
      {},
      { model: 'gpt-4o-mini-transcribe-2025-12-15' },
      TOKENS,
      ...(['gpt-4o-mini-transcribe-2025-12-15', '0.000214', '0'] as const),
    ],
    ['the recorded one, by duration', {}, { model: 'whisper-1' }, DURATION, 'whisper-1', '0.006', '0'],
    [
      'one that bills by tokens, where none is recorded',
      {},
      { language: 'nl' },
      TOKENS,
      'gpt-4o-transcribe',
      '0.000428',
      '0.000428',
    ],
    [
      'one that bills by duration, where none is recorded',
      {},
      { language: 'nl' },
      DURATION,
      'gpt-live-transcribe',
      '0.017',
      '0.017',
    ],
    [
      "the session's, where it only transcribes",
      { type: 'TRANSCRIPTION', model: 'gpt-transcribe' },
      {},
      DURATION,
      'gpt-transcribe',
      '0.0045',
      '0',
    ],
  ])(
    "is a transcription's when it says so, at the price of %s; a response's is the session's",
    async (_, fields, transcription, usage, model, cost, estimated) => {
      const user = `transcribed ${model} ${estimated} ${cost}`;
      const inputAudioTranscription = Object.keys(transcription).length === 0 ? undefined : transcription;
      const sessionId = await sessionOf(user, undefined, { ...fields, inputAudioTranscription });
      const client = await as(user);
      const item = await report(gateway, { sessionId, responseId: 'item_1', usage }, client);
      expect(item.session.usage).toMatchObject({ costUsd: cost, costEstimatedUsd: estimated });
      const realtime = { sessionId, responseId: 'resp_1', usage: RESPONSE };
      if (!('type' in fields))
        expect(await report(gateway, realtime, client)).toMatchObject({
          session: { usage: { responses: 2, costEstimatedUsd: estimated } },
        });
      const models = await database.query(
        `SELECT response_id, model, trim_scale(cost)::text AS cost FROM usage_record WHERE session_id = $1 ORDER BY 1`,
        [uuidOf(sessionId)],
      );
      expect(models).toEqual([
        { response_id: 'item_1', model, cost },
        ...('type' in fields ? [] : [{ response_id: 'resp_1', model: 'gpt-realtime-2.1', cost: COST }]),
      ]);
    },
  );
});

describe('is refused by field', () => {
  test.each<[string, object, string[][]]>([
    ['no response id', { responseId: '' }, [['responseId'], ['responseId']]],
    ['a response id with spaces', { responseId: 'resp 1' }, [['responseId']]],
    ['a response id like a credential', { responseId: `sk-${'a1B2'.repeat(12)}` }, [['responseId']]],
    ['a model without a name', { model: '' }, [['model']]],
    ['a negative number', { usage: { ...RESPONSE, total_tokens: -5 } }, [['usage', 'total_tokens']]],
    [
      'several at once',
      { responseId: 'a b', usage: { type: 'duration', seconds: -1 } },
      [['responseId'], ['usage', 'seconds']],
    ],
    ['a time to come', { at: '2099-01-01T00:00:00.000Z' }, [['at']]],
    ['a time before the session', { at: '2026-01-01T00:00:00.000Z' }, [['at']]],
  ])('%s', async (_, wrong, paths) => {
    const sessionId = await sessionOf('refused');
    const answer = await report(gateway, { sessionId, responseId: 'resp', usage: RESPONSE, ...wrong });
    expect(answer.__typename).toBe('InvalidInputError');
    expect(answer.issues.map(({ path }: { path: string[] }) => path)).toEqual(paths);
    expect(
      await database.query(
        `SELECT FROM usage_record AS r JOIN end_user AS u ON u.id = r.user_id WHERE external_id = 'refused'`,
      ),
    ).toEqual([]);
  });

  test('a time after the session had to end, and a session without a secret', async () => {
    const sessionId = await sessionOf('ended');
    const input = { sessionId, responseId: 'resp', usage: RESPONSE };
    await database.query(
      `UPDATE realtime_session AS s SET created_at = s.created_at - interval '3 hours',
         settled_at = settled_at - interval '3 hours', expires_at = expires_at - interval '3 hours'
       FROM end_user AS u WHERE u.id = s.user_id AND external_id = 'ended'`,
    );
    const { exposedUntil } = await readSession(gateway, sessionId);
    expect(await report(gateway, input)).toMatchObject({ issues: [{ path: ['at'] }] });
    const beyond = (ms: number) => new Date(Date.parse(exposedUntil) + ms).toISOString();
    expect(await report(gateway, { ...input, at: beyond(60_001) })).toMatchObject({
      issues: [{ path: ['at'] }],
    });
    expect(await report(gateway, { ...input, at: beyond(60_000) })).toMatchObject({ alreadyReported: false });
    // What was reported before is so still, now without a time.
    expect(await report(gateway, input)).toMatchObject({ alreadyReported: true });

    await database.query(
      `UPDATE realtime_session AS s SET outcome = NULL, settled_at = NULL, expires_at = NULL, secret_fingerprint = NULL
       FROM end_user AS u WHERE u.id = s.user_id AND external_id = 'ended'`,
    );
    expect(await report(gateway, { ...input, responseId: 'other' })).toMatchObject({
      issues: [{ path: ['sessionId'] }],
    });
  });
});

describe('who may report', () => {
  test("the session's own application, its own user, and a key with USAGE_WRITE within its reach", async () => {
    const { application: shop } = await createApplication(gateway, 'shop');
    const { application: other } = await createApplication(gateway, 'other');
    const keyOf = async (application: { id: string }, scopes: string[], reach?: string) =>
      bearer((await createKey(gateway, application.id, { scopes, ...(reach ? { reach } : {}) })).value);
    const shopKey = await keyOf(shop, ['SESSIONS_CREATE', 'SESSIONS_READ', 'USAGE_READ']);
    const sessionId = await sessionOf('customer', shopKey);
    const REPORT = `mutation ($input: ReportUsageInput!) { reportUsage(input: $input) { __typename } }`;
    const by = async (headers: Record<string, string>, responseId: string, id = sessionId) => {
      const input = { sessionId: id, responseId, usage: RESPONSE };
      const { body } = await gateway.ask(REPORT, { input }, headers);
      return body.data?.reportUsage.__typename ?? body.errors[0].extensions.code;
    };
    expect(await by(shopKey, 'own')).toBe('ReportUsageSuccess');
    expect(await by(await keyOf(shop, []), 'own without scopes')).toBe('InvalidInputError');
    expect(await by(await keyOf(shop, []), 'own-without-scopes')).toBe('ReportUsageSuccess');
    expect(await by(await as('customer'), 'client')).toBe('ReportUsageSuccess');
    expect(await by(await keyOf(other, ['USAGE_WRITE'], 'EVERYTHING'), 'far')).toBe('ReportUsageSuccess');
    expect(await by(await keyOf(other, ['USAGE_WRITE']), 'near')).toBe('NotFoundError');
    expect(await by(await keyOf(other, ['SESSIONS_READ'], 'EVERYTHING'), 'reader')).toBe('NotFoundError');
    expect(await by(await as('somebody else'), 'stranger')).toBe('NotFoundError');
    const operator = bearer(await identityProvider.sign({ sub: 'op', gatehouse_scopes: ['SESSIONS_READ'] }));
    expect(await by(operator, 'operator')).toBe('FORBIDDEN');
  });

  test.each([unknownId('RealtimeSession'), unknownId('User'), 'what?'])('not on %s', async (sessionId) => {
    expect(await report(gateway, { sessionId, responseId: 'r', usage: RESPONSE })).toEqual(NOT_FOUND);
  });
});
