import { beforeAll, describe, expect, test } from 'vitest';
import { unknownId } from '../support/ask.ts';
import { bearer, createApplication, createKey } from '../support/callers.ts';
import { isoOf } from '../support/clocks.ts';
import { useDatabase, useGateway } from '../support/fixture.ts';
import { askForUsage, readUsage, readUsageRows, type Totals } from '../support/usage.ts';
import {
  asSum,
  expected,
  fill,
  largestFirst,
  observed,
  pick,
  sumOf,
  type Used,
  usedAroundNights,
} from './report-model.ts';

const ZONES = ['UTC', 'Europe/Amsterdam', 'Asia/Kolkata', 'America/St_Johns'];
const ALL = { from: '2026-01-01T00:00:00.000Z', to: '2027-01-01T00:00:00.000Z' };

const database = useDatabase();
const gateway = useGateway(database);
let records: readonly Used[];
const ids = new Map<string, string>();
let shopKey: Record<string, string>;

beforeAll(async () => {
  for (const name of ['shop', 'desk']) ids.set(name, (await createApplication(gateway, name)).application.id);
  const key = await createKey(gateway, ids.get('shop') ?? '', { scopes: ['USAGE_READ', 'USERS_READ'] });
  shopKey = bearer(key.value);
  records = usedAroundNights(150);
  for (const [name, id] of await fill(database, records)) ids.set(name, id);
});

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
      const edges = [pick(records), pick(records)].map(({ at }) => at + pick([-1, 0, 1]));
      const [from = 0, to = 0] = edges.toSorted((a, b) => a - b);
      const filter = { from: isoOf(from), to: isoOf(to), timeZone };
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
    const walked = await readUsageRows(gateway, { ...variables, first: 7 });
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
      const first = Math.max(1, Math.ceil(sortedRows.length / 5));
      const walked = await readUsageRows(gateway, { ...variables, first, orderBy });
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
    const at = (microseconds: number): Used => ({
      ...{ at: microseconds, user: 'cat', application: 'desk', model: 'a', tokens: 1, cost: '1' },
    });
    const before = new Set(records);
    await database.query(
      'DELETE FROM usage_record; DELETE FROM usage_rollup; DELETE FROM usage_sum; DELETE FROM usage_part; DELETE FROM application_user; DELETE FROM end_user',
    );
    const night = [at(midnight - 1), at(midnight), at(midnight + 1)];
    await fill(database, [...before, ...night]);
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
    const until = { ...filter, from: isoOf(midnight - 1), to: isoOf(midnight + 1) };
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
