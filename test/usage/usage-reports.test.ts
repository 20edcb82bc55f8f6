import { beforeAll, describe, expect, test } from 'vitest';
import { fromUnits, toUnits } from '../../src/platform/validation/decimal.ts';
import { unknownId } from '../support/ask.ts';
import { bearer, createApplication, createKey } from '../support/callers.ts';
import { onClocksOf } from '../support/clocks.ts';
import { useDatabase, useGateway } from '../support/fixture.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { askForUsage, readUsage } from '../support/usage.ts';

type Record_ = {
  /** Microseconds since 1970. */
  readonly at: number;
  readonly user: string;
  readonly application: string;
  readonly model: string;
  readonly tokens: number;
  readonly cost: string | null;
};

// Around the nights on which clocks are changed in Amsterdam and in St. John's, in spring and in autumn.
const NIGHTS = ['2026-03-08', '2026-03-29', '2026-10-25', '2026-11-01'].map((day) => Date.parse(day));
const ZONES = ['UTC', 'Europe/Amsterdam', 'Asia/Kolkata', 'America/St_Johns'];
const DAY_MS = 86_400_000;
const ALL = { from: '2026-01-01T00:00:00.000Z', to: '2027-01-01T00:00:00.000Z' };

const random = seededRandom(7);
const pick = <T>(values: readonly [T, ...T[]]): T =>
  values[Math.floor(random() * values.length)] ?? values[0];

const database = useDatabase();
const gateway = useGateway(database);
let records: readonly Record_[];
const ids = new Map<string, string>();
let shopKey: Record<string, string>;

beforeAll(async () => {
  for (const name of ['shop', 'desk']) ids.set(name, (await createApplication(gateway, name)).application.id);
  const key = await createKey(gateway, ids.get('shop') ?? '', { scopes: ['USAGE_READ', 'USERS_READ'] });
  shopKey = bearer(key.value);
  records = NIGHTS.flatMap((night) => Array.from({ length: 150 }, () => made(night)));
  await fill(records);
});

function made(night: number): Record_ {
  const model = pick(['a', 'B', 'unpriced']);
  const quarter = Math.floor((night + (random() * 3 - 1) * DAY_MS) / 900_000) * 900_000;
  // Often next to where a bucket begins: there it is decided what is in.
  const offset = pick([0, 1, 899_999_999, Math.floor(random() * 900_000_000)]);
  return {
    at: quarter * 1000 + offset,
    user: pick(['ann', 'ben', 'cat']),
    application: pick(['shop', 'desk']),
    model,
    tokens: Math.floor(random() * 1000),
    cost: model === 'unpriced' ? null : fromUnits(BigInt(Math.floor(random() * 1e12))),
  };
}

async function fill(rows: readonly Record_[]): Promise<void> {
  await database.query(`SELECT create_partitions('2026-01-01', '2026-12-31')`);
  await database.query(`INSERT INTO end_user (external_id) VALUES ('ann'), ('ben'), ('cat')`);
  await database.query(
    `INSERT INTO application_user SELECT a.id, u.id, now() FROM application AS a, end_user AS u WHERE a.name IN ('shop', 'desk')`,
  );
  for (const name of ['ann', 'ben', 'cat']) {
    const [row] = await database.query<{ id: string }>('SELECT id FROM end_user WHERE external_id = $1', [
      name,
    ]);
    ids.set(name, Buffer.from(`User:${row?.id}`).toString('base64'));
  }
  await database.query(
    `INSERT INTO usage_record
     SELECT uuidv7_at(at), 'APPLICATION', 'resp_' || n, u.id, a.id, model, 'sandbox', at, now(), true,
       tokens, 0, 0, 0, 0, 0, 0, 0, tokens, 0, cost, CASE WHEN cost IS NOT NULL THEN '{}'::jsonb END, '{}'
     FROM (
       SELECT n, timestamptz 'epoch' + (r->>'at')::bigint * interval '1 microsecond' AS at, r->>'user' AS person,
         r->>'application' AS app, r->>'model' AS model, (r->>'tokens')::bigint AS tokens, (r->>'cost')::numeric AS cost
       FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS given (r, n)
     ) AS given JOIN end_user AS u ON u.external_id = person JOIN application AS a ON a.name = app`,
    [JSON.stringify(rows)],
  );
  await database.query('SELECT count_usage(r, 1) FROM usage_record AS r');
}

type Sum = { responses: number; tokens: number; known: string };

function sumOf(rows: readonly Record_[]): Sum {
  return {
    responses: rows.length,
    tokens: rows.reduce((sum, { tokens }) => sum + tokens, 0),
    known: fromUnits(rows.reduce((sum, { cost }) => sum + (toUnits(cost ?? '0') ?? 0n), 0n)),
  };
}

type Totals = { responses: number; totalTokens: number; costKnownUsd: string };
const asSum = ({ responses, totalTokens, costKnownUsd }: Totals): Sum => ({
  responses,
  tokens: totalTokens,
  known: costKnownUsd,
});

/** The hour, day or month of a time on the clocks of a place, and how far those are from UTC where hours are told apart by it. */
function onClocks(at: number, timeZone: string, unit: string): string {
  const part = onClocksOf(timeZone, at);
  const month = `${part('year')}-${part('month')}`;
  if (unit === 'MONTH') return month;
  const day = `${month}-${part('day')}`;
  return unit === 'DAY' ? day : `${day} ${part('hour')} ${part('timeZoneName')}`;
}

const KEYS = {
  USER: ({ user }: Record_) => user,
  APPLICATION: ({ application }: Record_) => application,
  MODEL: ({ model }: Record_) => model,
};

/** Rows of a report by what they are of, as a person would add them up. */
function expected(rows: readonly Record_[], timeZone: string, groupBy: readonly string[]) {
  const keyOf = (row: Record_) =>
    groupBy
      .map((dimension) =>
        dimension in KEYS
          ? KEYS[dimension as keyof typeof KEYS](row)
          : onClocks(Math.floor(row.at / 1000), timeZone, dimension),
      )
      .join(' | ');
  const groups = [...Map.groupBy(rows, keyOf)].map(([key, of]) => [key, sumOf(of)] as const);
  return Object.fromEntries(groups);
}

// biome-ignore lint/suspicious/noExplicitAny: an answer's rows, whose shape is what is asserted
function observed(nodes: readonly any[], timeZone: string, groupBy: readonly string[]) {
  const keyOf = (node: (typeof nodes)[number]) =>
    groupBy
      .map((dimension) => {
        if (dimension === 'USER') return node.user.externalId;
        if (dimension === 'APPLICATION') return node.application.name;
        return dimension === 'MODEL' ? node.model : onClocks(Date.parse(node.start), timeZone, dimension);
      })
      .join(' | ');
  return Object.fromEntries(nodes.map((node) => [keyOf(node), asSum(node.totals)]));
}

/** How rows are compared; those that are equal stay as they are by START. */
function largestFirst(orderBy: string) {
  type Row = { totals: { totalTokens: number; costUsd: string | null; costKnownUsd: string } };
  return ({ totals: one }: Row, { totals: other }: Row): number => {
    if (orderBy === 'TOKENS_DESC') return other.totalTokens - one.totalTokens;
    const unknown = Number(one.costUsd === null) - Number(other.costUsd === null);
    return unknown || Number((toUnits(other.costKnownUsd) ?? 0n) - (toUnits(one.costKnownUsd) ?? 0n));
  };
}

function iso(microseconds: number): string {
  const text = new Date(Math.floor(microseconds / 1000)).toISOString();
  return text.replace('Z', `${String(microseconds % 1000).padStart(3, '0')}Z`);
}

describe('time zones', () => {
  /** Where their days begin on 24 October 2026, when clocks are still on summer time. */
  test.each([
    ['Asia/Calcutta', '18:30'],
    ['Asia/Kolkata', '18:30'],
    ['asia/CALCUTTA', '18:30'],
    ['Europe/Kiev', '21:00'],
    ['Europe/Kyiv', '21:00'],
    ['US/Pacific', '07:00'],
    ['us/pacific', '07:00'],
    ['Etc/GMT+5', '05:00'],
    ['Etc/GMT-5', '19:00'],
    ['Asia/Katmandu', '18:15'],
    ['Pacific/Chatham', '10:15'],
    ['GMT', '00:00'],
    ['utc', '00:00'],
    // PostgreSQL takes these for abbreviations of winter time.
    ['CET', '22:00'],
    ['EET', '21:00'],
    ['WET', '23:00'],
    ['EST5EDT', '04:00'],
  ])('%s', async (timeZone, begins) => {
    const filter = { from: '2026-10-24T00:00:00Z', to: '2026-10-25T00:00:00Z', timeZone };
    const report = await readUsage(gateway, { filter, groupBy: ['DAY'] });
    const starts: string[] = report.rows.nodes.map(({ start }: { start: string }) => start.slice(11, 16));
    expect(new Set(starts)).toEqual(new Set([begins]));
    expect(report.timeZone).toBe(timeZone);
  });
});

describe('a report is what its records add up to', () => {
  const groupings = [
    [],
    ['HOUR'],
    ['DAY'],
    ['MONTH'],
    ['DAY', 'MODEL'],
    ['USER', 'APPLICATION'],
    ['MODEL', 'HOUR', 'USER'],
  ];
  test.each(ZONES)('in %s, for any interval, before and after sums are made', async (timeZone) => {
    for (const groupBy of groupings) {
      const edges = [pick(records as [Record_]), pick(records as [Record_])].map(
        ({ at }) => at + pick([-1, 0, 1]),
      );
      const [from = 0, to = 0] = edges.toSorted((a, b) => a - b);
      const filter = { from: iso(from), to: iso(to), timeZone };
      const meant = records.filter(({ at }) => at >= from && at < to);
      for (let round = 0; round < 2; round += 1) {
        const report = await readUsage(gateway, { filter, groupBy, first: 1000 });
        expect(observed(report.rows.nodes, timeZone, groupBy)).toEqual(expected(meant, timeZone, groupBy));
        expect(asSum(report.totals)).toEqual(sumOf(meant));
        const unpriced = meant.some(({ cost }) => cost === null);
        expect(report.totals.costUnknownFor).toEqual(unpriced ? ['unpriced'] : []);
        expect(report.totals.costUsd).toBe(unpriced ? null : report.totals.costKnownUsd);
        await database.query('SELECT sum_usage(100)');
      }
    }
  });

  test('of some users, applications and models, and of what a caller sees', async () => {
    const userIds = [ids.get('ann'), ids.get('ben')];
    const filter = { ...ALL, userIds, applicationIds: [ids.get('shop')], models: ['a', 'B'] };
    const meant = records.filter(
      ({ user, application, model }) => user !== 'cat' && application === 'shop' && model !== 'unpriced',
    );
    expect(asSum((await readUsage(gateway, { filter })).totals)).toEqual(sumOf(meant));
    const shops = records.filter(({ application }) => application === 'shop');
    const own = await readUsage(gateway, { filter: ALL, groupBy: ['APPLICATION'] }, shopKey);
    expect(observed(own.rows.nodes, 'UTC', ['APPLICATION'])).toEqual({ shop: sumOf(shops) });
    for (const nothing of [
      { userIds: [] },
      { userIds: [unknownId('User')] },
      { applicationIds: ['what?'] },
      { models: ['\0'] },
    ])
      expect((await readUsage(gateway, { filter: { ...ALL, ...nothing } })).totals).toMatchObject({
        reported: false,
      });
  });

  test('of one user, asked of the user', async () => {
    const { body } = await gateway.ask(
      `query ($id: ID!, $from: DateTime!, $to: DateTime!) {
        user(id: $id) { usage(from: $from, to: $to, groupBy: [DAY]) { totals { responses totalTokens costKnownUsd }
          rows { nodes { start totals { responses totalTokens costKnownUsd } } } } } }`,
      { id: ids.get('ann'), ...ALL },
    );
    const anns = records.filter(({ user }) => user === 'ann');
    const { totals, rows } = body.data.user.usage;
    expect(asSum(totals)).toEqual(sumOf(anns));
    expect(observed(rows.nodes, 'UTC', ['DAY'])).toEqual(expected(anns, 'UTC', ['DAY']));
  });
});

describe('rows', () => {
  test('come in one order, page by page, each once', async () => {
    const variables = { filter: ALL, groupBy: ['USER', 'MODEL', 'DAY'] };
    const whole = await readUsage(gateway, { ...variables, first: 1000 });
    const walked: unknown[] = [];
    let after: string | null = null;
    do {
      const { rows } = await readUsage(gateway, { ...variables, first: 7, after });
      expect(rows.pageInfo.hasPreviousPage).toBe(after !== null);
      walked.push(...rows.nodes);
      after = rows.pageInfo.hasNextPage ? rows.pageInfo.endCursor : null;
    } while (after !== null);
    expect(walked).toEqual(whole.rows.nodes);
    const starts = whole.rows.nodes.map(({ start }: { start: string }) => start);
    expect(starts).toEqual(starts.toSorted());
    expect((await readUsage(gateway, variables)).rows.nodes).toHaveLength(Math.min(100, walked.length));
  });

  describe.each(['COST_DESC', 'TOKENS_DESC'])('by %s', (orderBy) => {
    test.each([
      [['USER']],
      [['MODEL']],
      [['APPLICATION', 'MODEL', 'DAY']],
      [['USER', 'MODEL', 'HOUR']],
      [['USER', 'APPLICATION', 'MONTH']],
      [[]],
    ])('of %j: the largest first, unknown costs last, page by page, each once', async (groupBy) => {
      const variables = { filter: { ...ALL, from: '2026-03-08T05:07:00.000Z' }, groupBy };
      const { rows: byStart } = await readUsage(gateway, { ...variables, first: 1000 });
      const sortedRows = byStart.nodes.toSorted(largestFirst(orderBy));
      const walked: unknown[] = [];
      let after: string | null = null;
      do {
        const first = Math.max(1, Math.ceil(sortedRows.length / 5));
        const { rows } = await readUsage(gateway, { ...variables, first, after, orderBy });
        walked.push(...rows.nodes);
        after = rows.pageInfo.hasNextPage ? rows.pageInfo.endCursor : null;
      } while (after !== null);
      expect(walked).toEqual(sortedRows);
    });

    test('as a caller sees it, and with cursors of its own', async () => {
      const variables = { filter: ALL, groupBy: ['USER'], first: 2 };
      const { rows } = await readUsage(gateway, { ...variables, orderBy }, shopKey);
      const shops = records.filter(({ application }) => application === 'shop');
      const sums = expected(shops, 'UTC', ['USER']);
      for (const [name, sum] of Object.entries(observed(rows.nodes, 'UTC', ['USER'])))
        expect(sum).toEqual(sums[name]);
      const { errors } = await askForUsage(gateway, { ...variables, after: rows.pageInfo.endCursor });
      expect(errors[0].message).toMatch(/^after is not a cursor of this listing/);
    });
  });

  test('a microsecond before midnight is of the day before', async () => {
    const midnight = Date.parse('2026-06-14T22:00:00.000Z') * 1000;
    const at = (microseconds: number): Record_ => ({
      ...{ at: microseconds, user: 'cat', application: 'desk', model: 'a', tokens: 1, cost: '1' },
    });
    const before = new Set(records);
    await database.query(
      'DELETE FROM usage_record; DELETE FROM usage_rollup; DELETE FROM usage_sum; DELETE FROM usage_part; DELETE FROM application_user; DELETE FROM end_user',
    );
    const night = [at(midnight - 1), at(midnight), at(midnight + 1)];
    await fill([...before, ...night]);
    const filter = {
      from: '2026-06-01T00:00:00.000Z',
      to: '2026-07-01T00:00:00.000Z',
      timeZone: 'Europe/Amsterdam',
    };
    const { rows } = await readUsage(gateway, { filter, groupBy: ['DAY'] });
    expect(
      rows.nodes.map(({ start, totals }: { start: string; totals: Totals }) => [start, totals.responses]),
    ).toEqual([
      ['2026-06-13T22:00:00.000Z', 1],
      ['2026-06-14T22:00:00.000Z', 2],
    ]);
    const until = { ...filter, from: iso(midnight - 1), to: iso(midnight + 1) };
    expect((await readUsage(gateway, { filter: until })).totals.responses).toBe(2);
  });
});

describe('times', () => {
  test.each([
    ['2026-11-01T00:00:00+00:00', '2026-11-01T00:00:00.000Z'],
    ['2026-11-01T00:00:00-00:00', '2026-11-01T00:00:00.000Z'],
    ['2026-11-01T01:30:00.250+02:00', '2026-10-31T23:30:00.250Z'],
    ['2026-11-01T01:30:00-03:30', '2026-11-01T05:00:00.000Z'],
    ['2026-10-31t23:59:59.999999z', '2026-10-31T23:59:59.999Z'],
    // Java leaves out seconds that are zero, and writes nanoseconds.
    ['2026-11-01T00:00Z', '2026-11-01T00:00:00.000Z'],
    ['2026-11-01T00:00:00.123456789Z', '2026-11-01T00:00:00.123Z'],
    ['2028-02-29T12:00:00Z', '2028-02-29T12:00:00.000Z'],
    // A leap second is taken for the second after it.
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
    ['2017-01-01T00:59:60.5+01:00', '2017-01-01T00:00:00.500Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['0000-02-29T00:00:00Z', '0000-02-29T00:00:00.000Z'],
  ])('%s is %s', async (from, normalised) => {
    const report = await readUsage(gateway, { filter: { ...ALL, from, to: '9999-12-31T23:59:59.9999999Z' } });
    expect([report.from, report.to]).toEqual([normalised, '9999-12-31T23:59:59.999Z']);
  });

  test.each<readonly [string | number, string]>([
    ['2026-02-30T00:00:00Z', 'must be a day that its month has'],
    ['2026-02-29T00:00:00+01:00', 'must be a day that its month has'],
    ['2026-13-01T00:00:00Z', 'must be a day that its month has'],
    ['2026-04-31T00:00:00Z', 'must be a day that its month has'],
    ['2026-04-00T00:00:00Z', 'must be a day that its month has'],
    ['2026-04-01T24:00:00Z', 'must be a time of day from 00:00:00 to 23:59:59'],
    ['2026-04-01T12:60:00Z', 'must be a time of day from 00:00:00 to 23:59:59'],
    ['2026-04-01T12:00:61Z', 'must be a time of day from 00:00:00 to 23:59:59'],
    ['2026-04-01T12:00:60Z', 'must be the end of a month in UTC if its second is 60'],
    ['2026-06-30T23:59:60+01:00', 'must be the end of a month in UTC if its second is 60'],
    ['2026-04-01T12:00:00+24:00', 'must have an offset from -23:59 to +23:59'],
    ['2026-04-01T12:00:00+01:60', 'must have an offset from -23:59 to +23:59'],
    ['0000-01-01T00:00:00+00:01', 'must be in the years 0000 to 9999 in UTC'],
    ['9999-12-31T23:59:00-00:01', 'must be in the years 0000 to 9999 in UTC'],
    ...[
      '2026-04-01T12:00:00',
      '2026-04-01',
      '2026-04-01 12:00:00Z',
      '2026-04-01T12:00:00+0200',
      '2026-04-01T12:00:00.Z',
      '+002026-04-01T12:00:00Z',
      ' 2026-04-01T12:00:00Z',
      '',
      1_775_044_800_000,
    ].map(
      (value) =>
        [value, 'must be an RFC 3339 time with Z or an offset, e.g. "2026-11-22T08:21:00+01:00"'] as const,
    ),
  ])('%j is refused: %s', async (from, problem) => {
    const { errors, data } = await askForUsage(gateway, { filter: { ...ALL, from } });
    expect(data).toBeUndefined();
    expect(errors).toMatchObject([
      { message: `filter.from ${problem}.`, extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });
});

describe('what cannot be asked for', () => {
  test.each<[string, object]>([
    ...[
      'BST',
      'PST',
      'SystemV/PST8PDT',
      'GMT+5',
      '-08',
      'Factory',
      'localtime',
      'posix/Europe/Berlin',
      '',
    ].map((timeZone): [string, object] => ['filter.timeZone', { filter: { ...ALL, timeZone } }]),
    ['filter.to', { filter: { from: ALL.to, to: ALL.from } }],
    ['filter.timeZone', { filter: { ...ALL, timeZone: 'Europe/Atlantis' } }],
    ['filter.timeZone', { filter: { ...ALL, timeZone: '+02:00' } }],
    ['filter.timeZone', { filter: { ...ALL, timeZone: 'UTC\0' } }],
    ['groupBy', { groupBy: ['HOUR', 'DAY'] }],
    ['first', { first: -1 }],
    ['after', { after: 'nonsense' }],
    ['after', { after: Buffer.from('["usage/"]').toString('base64url'), groupBy: ['DAY'] }],
    ['after', { after: Buffer.from('["usage/DAY","yesterday"]').toString('base64url'), groupBy: ['DAY'] }],
  ])('%s: %j', async (named, variables) => {
    const { errors } = await askForUsage(gateway, { filter: ALL, ...variables });
    expect(errors[0].extensions.code).toBe('BAD_USER_INPUT');
    expect(errors[0].message).toMatch(new RegExp(`^${named} `));
  });
});
