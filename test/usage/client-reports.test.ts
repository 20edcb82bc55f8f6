import { beforeAll, describe, expect, test } from 'vitest';
import { issue, readSession, trailOf } from '../support/ask.ts';
import { bearer, createApplication, createKey } from '../support/callers.ts';
import { useDatabase, useIdentityProvider, useReplicas } from '../support/fixture.ts';
import { uuidOf } from '../support/ids.ts';
import { RESPONSE, readUsage, report } from '../support/usage.ts';

const TIME = { from: '2026-01-01T00:00:00.000Z', to: '2100-01-01T00:00:00.000Z' };
const OF_CLIENTS = 2000;
const OF_APPLICATIONS = 10_000;
const MODEL_ISSUE = {
  path: ['model'],
  message: 'must be a model of the session, or one with a known price',
};

const database = useDatabase();
const identityProvider = useIdentityProvider();
const gateway = useReplicas(database, () => identityProvider.env);

let shop: Record<string, string>;

beforeAll(async () => {
  const { application } = await createApplication(gateway, 'shop');
  const scopes = ['SESSIONS_CREATE', 'SESSIONS_READ', 'USAGE_READ'];
  shop = bearer((await createKey(gateway, application.id, { scopes })).value);
});

const as = async (externalUserId: string) => bearer(await identityProvider.sign({ sub: externalUserId }));

async function sessionOf(externalUserId: string, fields = {}): Promise<string> {
  const asking = { ask: (query: string, variables = {}) => gateway.ask(query, variables, shop) };
  const input = { externalUserId, model: 'gpt-realtime-2.1', ...fields };
  return (await issue(asking, input)).session.id;
}

async function reportsOf(externalUserId: string): Promise<{ source: string; model: string }[]> {
  return database.query(
    `SELECT source, model FROM usage_record AS r JOIN end_user AS u ON u.id = r.user_id WHERE external_id = $1`,
    [externalUserId],
  );
}

/** Writes copies of a session's one report of a source, so that it has so many. */
async function fillUp(externalUserId: string, source: string, count: number): Promise<void> {
  await database.query(
    `INSERT INTO usage_record
     SELECT (jsonb_populate_record(r, jsonb_build_object('response_id', 'copy-' || n))).*
     FROM usage_record AS r JOIN end_user AS u ON u.id = r.user_id, generate_series(2, $3::int) AS n
     WHERE external_id = $1 AND source = $2`,
    [externalUserId, source, count],
  );
}

describe('the model of a report', () => {
  test.each(['an end user', 'an application without reach over everything'])(
    'of %s is one of the session, or has a price',
    async (caller) => {
      const user = `models of ${caller}`;
      const inputAudioTranscription = { model: 'our-own-transcriber' };
      const sessionId = await sessionOf(user, { inputAudioTranscription });
      const headers = caller === 'an end user' ? await as(user) : shop;
      const by = (responseId: string, fields: object) =>
        report(gateway, { sessionId, responseId, usage: RESPONSE, ...fields }, headers);
      const answer = await by('made-up', { model: 'made-up' });
      expect(answer).toMatchObject({ __typename: 'InvalidInputError', issues: [MODEL_ISSUE] });
      expect((await trailOf(database, user)).map(({ action }) => action)).not.toContain('usage.reported');
      for (const model of [undefined, 'gpt-realtime-2.1', 'our-own-transcriber', 'gpt-realtime-2.1-mini']) {
        const { __typename } = await by(`of-${model}`, { model });
        expect({ model, __typename }).toEqual({ model, __typename: 'ReportUsageSuccess' });
      }
      expect(new Set((await reportsOf(user)).map(({ model }) => model)).size).toBe(3);
    },
  );

  test("of an end user may be the session's own without a price", async () => {
    const sessionId = await sessionOf('unpriced', { model: 'experimental' });
    const answer = await report(
      gateway,
      { sessionId, responseId: 'r', usage: RESPONSE },
      await as('unpriced'),
    );
    expect(answer.session.usage).toMatchObject({ costUsd: null, costUnknownFor: ['experimental'] });
  });

  test('with a price, but none for what was used, is refused as well: the cost would be unknown', async () => {
    const sessionId = await sessionOf('kinds');
    const model = 'gpt-realtime-2.1';
    const seconds = { sessionId, responseId: 'r', model, usage: { type: 'duration', seconds: 1 } };
    expect(await report(gateway, seconds, await as('kinds'))).toMatchObject({
      __typename: 'InvalidInputError',
      issues: [{ path: ['usage'], message: 'has a kind of use that the model has no known price for' }],
    });
    expect(await reportsOf('kinds')).toEqual([]);
  });

  test('of an operator may be any', async () => {
    const sessionId = await sessionOf('any');
    const answer = await report(gateway, { sessionId, responseId: 'r', model: 'm-new', usage: RESPONSE });
    expect(answer.session.usage).toMatchObject({ costUnknownFor: ['m-new'], costUnknownForMore: 0 });
  });
});

describe('the usage object', () => {
  const padded = (bytes: number, filler: string) => {
    const empty = Buffer.byteLength(JSON.stringify({ ...RESPONSE, more: '' }));
    return { ...RESPONSE, more: filler.repeat((bytes - empty) / Buffer.byteLength(filler)) };
  };

  test.each(['x', 'é'])('has at most 4,096 bytes, of %s', async (filler) => {
    const sessionId = await sessionOf('large');
    const empty = Buffer.byteLength(JSON.stringify({ ...RESPONSE, more: '' }));
    const most = 4096 - ((4096 - empty) % Buffer.byteLength(filler));
    const by = (responseId: string, bytes: number) =>
      report(gateway, { sessionId, responseId, usage: padded(bytes, filler) });
    expect(await by('fits', most)).toMatchObject({ __typename: 'ReportUsageSuccess' });
    expect(await by('large', most + Buffer.byteLength(filler))).toMatchObject({
      issues: [{ path: ['usage'], message: 'must have at most 4096 bytes as JSON' }],
    });
  });
});

describe('the reports of one session', () => {
  test.each([
    ['CLIENT', OF_CLIENTS],
    ['APPLICATION', OF_APPLICATIONS],
  ])('by %s are at most %i, also when many come at once', async (source, most) => {
    const user = `many by ${source}`;
    const sessionId = await sessionOf(user);
    const headers = source === 'CLIENT' ? await as(user) : shop;
    const by = (responseId: string) => report(gateway, { sessionId, responseId, usage: RESPONSE }, headers);
    await by('first');
    await fillUp(user, source, most - 5);
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => by(`last-${n}`)));
    expect(answers.filter(({ __typename }) => __typename === 'ReportUsageSuccess')).toHaveLength(5);
    const refused = answers.filter(({ __typename }) => __typename === 'InvalidInputError');
    expect(refused).toHaveLength(15);
    expect(refused[0].issues).toEqual([
      { path: ['sessionId'], message: 'names a session that has as many reports as it may have' },
    ]);
    expect(await reportsOf(user)).toHaveLength(most);
    // What is there already is still answered as before, and who reports beside it is not kept out.
    expect(await by('first')).toMatchObject({ alreadyReported: true });
    const other = source === 'CLIENT' ? shop : await as(user);
    expect(await report(gateway, { sessionId, responseId: 'first', usage: RESPONSE }, other)).toMatchObject({
      __typename: 'ReportUsageSuccess',
    });
  });
});

describe('clocks differ', () => {
  /** Reports a time so many milliseconds from one of the session's, by the database's clock; the time that was recorded. */
  async function reportAt(from: 'issuedAt' | 'now', offset: number) {
    const sessionId = await sessionOf('skewed');
    const [clock] = await database.query<{ now: Date }>('SELECT now()');
    const { issuedAt } = await readSession(gateway, sessionId);
    const base = from === 'now' ? (clock?.now.getTime() ?? 0) : Date.parse(issuedAt);
    const at = new Date(base + offset).toISOString();
    const answer = await report(gateway, { sessionId, responseId: 'resp', usage: RESPONSE, at });
    const [row] = await database.query<{ at: Date; reported_at: Date }>(
      'SELECT at, reported_at FROM usage_record WHERE session_id = $1',
      [uuidOf(sessionId)],
    );
    return { answer, row, issuedAt: Date.parse(issuedAt) };
  }

  test.each([300, 50_000])('%i ms ahead of the database is now', async (ahead) => {
    const { answer, row, issuedAt } = await reportAt('now', ahead);
    expect(answer).toMatchObject({ alreadyReported: false });
    expect(row?.at.getTime()).toBeLessThanOrEqual(row?.reported_at.getTime() ?? 0);
    expect(row?.at.getTime()).toBeGreaterThanOrEqual(issuedAt);
  });

  test.each([-1, -60_000])('%i ms before the session was issued is when it was issued', async (before) => {
    const { answer, row, issuedAt } = await reportAt('issuedAt', before);
    expect(answer).toMatchObject({ alreadyReported: false });
    expect(row?.at.getTime()).toBe(issuedAt);
  });

  test.each([
    ['now', 120_000],
    ['issuedAt', -60_001],
  ] as const)('but no more than a minute: %s, %i ms', async (from, offset) => {
    const { answer, row } = await reportAt(from, offset);
    expect(answer).toMatchObject({ __typename: 'InvalidInputError', issues: [{ path: ['at'] }] });
    expect(row).toBeUndefined();
  });
});

test('costUnknownFor names twenty models, and says how many more there are', async () => {
  const sessionId = await sessionOf('unknown');
  for (let n = 0; n < 33; n += 1)
    await report(gateway, {
      sessionId,
      responseId: `r${n}`,
      model: `m-${String(n).padStart(2, '0')}`,
      usage: RESPONSE,
    });
  const filter = { ...TIME, models: Array.from({ length: 33 }, (_, n) => `m-${String(n).padStart(2, '0')}`) };
  const { totals, rows } = await readUsage(gateway, { filter, groupBy: ['PROVIDER'] });
  for (const one of [totals, rows.nodes[0].totals]) {
    expect(one.costUnknownFor).toEqual(filter.models.slice(0, 20));
    expect(one).toMatchObject({ costUnknownForMore: 13, costUsd: null });
  }
});
