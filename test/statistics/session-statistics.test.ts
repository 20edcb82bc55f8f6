import fc from 'fast-check';
import pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { bearer, createApplication, createKey } from '../support/callers.ts';
import { use, useDatabase, useGateway, useIdentityProvider } from '../support/fixture.ts';
import { readStatistics } from '../support/statistics.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { expectedRows, onClocks, type Question, type Viewer } from './model.ts';

const MINUTE = 60_000_000;
const HOUR = 60 * MINUTE;

const database = useDatabase();
const identityProvider = useIdentityProvider();
const gateway = useGateway(database, () => identityProvider.env);
// Whoever holds the job's lock is the only one that adds up: not the gateway, whose clock is the real one.
const job = use(
  async () => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(`SELECT pg_advisory_lock(hashtext('gatehouse.sum_sessions'))`);
    return { client };
  },
  ({ client }) => client.end(),
);

const applications = new Map<string, string>();
let shopKey: Record<string, string>;

beforeAll(async () => {
  await database.query(
    `SELECT create_partitions(at, at) FROM unnest('{2025-03-29,2025-10-25,2025-11-01}'::timestamptz[]) AS at`,
  );
  for (const name of ['shop', 'desk']) await createApplication(gateway, name);
  for (const { id, name } of await database.query<{ id: string; name: string }>(
    'SELECT id, name FROM application',
  ))
    applications.set(name, id);
  const { value } = await createKey(gateway, idOf('Application', applications.get('shop')), {
    scopes: ['SESSIONS_READ'],
  });
  shopKey = bearer(value);
});

const idOf = (type: string, uuid = '') => Buffer.from(`${type}:${uuid}`).toString('base64');
const iso = (microseconds: number) =>
  new Date(Math.floor(microseconds / 1000))
    .toISOString()
    .replace('Z', `${String(microseconds % 1000).padStart(3, '0')}Z`);

/** Adds up, as a gateway whose clock says so. */
async function sum(at: number, most = 4): Promise<number> {
  const { rows } = await job.client.query<{ summed: number }>('SELECT sum_sessions($1, $2) AS summed', [
    most,
    iso(at),
  ]);
  return rows[0]?.summed ?? 0;
}

// ------------------------------------------------------------------ what may happen, and what may be asked

// Nights on which the clocks are changed in Amsterdam and in St. John's, and the ends of months.
const NIGHTS = [
  '2025-03-30T00:00:00Z',
  '2025-10-26T00:00:00Z',
  '2025-11-02T04:00:00Z',
  '2025-10-31T23:00:00Z',
].map((at) => Date.parse(at) * 1000);
const ZONES = [
  'UTC',
  'Europe/Amsterdam',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'America/St_Johns',
  'Australia/Lord_Howe',
];

const mintTook = fc.oneof(
  fc.integer({ min: 0, max: 2_000_000 }),
  fc.constantFrom(
    499,
    500,
    99_499,
    99_500,
    104_999,
    105_000,
    994_999,
    995_000,
    9_949_999,
    99_500_000,
    5_000_000_000,
  ),
);
const row = fc.record({
  user: fc.nat(2),
  application: fc.constantFrom('shop', 'desk', 'default'),
  provider: fc.constantFrom('openai', 'sandbox'),
  model: fc.constantFrom('a', 'B'),
});
const nth = fc.nat();
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('reserve' as const),
      row,
      overdue: fc.nat(9).map((n) => n === 0),
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('issue' as const), nth, mintTook }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('fail' as const),
      nth,
      outcome: fc.constantFrom('failed' as const, 'unconfirmed' as const),
      code: fc.constantFrom('upstream_timeout', 'upstream_refused'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('revoke' as const), nth }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('expire' as const), nth }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('deny' as const),
      row,
      named: fc.boolean(),
      reason: fc.constantFrom('policy', 'quota', 'suspended', 'forbidden'),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'erase' as const }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('sum' as const), most: fc.integer({ min: 1, max: 8 }) }),
  },
);
const timeDimension = fc.constantFrom('MINUTE', 'HOUR', 'DAY', 'MONTH');
const mostlyAll = <T>(values: readonly T[]) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.subarray([...values]) });
const otherDimensions = fc.subarray([
  'USER',
  'APPLICATION',
  'PROVIDER',
  'MODEL',
  'FAILURE_CODE',
  'DENIAL_REASON',
]);
const question = fc.record({
  ends: fc.tuple(fc.nat(10 * 60), fc.nat(10 * 60)),
  /** Often next to where a quarter of an hour begins. */
  offset: fc.constantFrom(0, 1, -1, 7 * MINUTE),
  timeZone: fc.constantFrom(...ZONES),
  time: fc.option(timeDimension),
  others: otherDimensions,
  users: mostlyAll([0, 1, 2]),
  applications: mostlyAll(['shop', 'desk', 'default']),
  providers: mostlyAll(['openai', 'sandbox']),
  models: mostlyAll(['a', 'B']),
  viewer: fc.constantFrom('EVERYTHING' as const, 'OWN_APPLICATION' as const, 'SELF' as const),
  order: fc.constantFrom('START', 'REQUESTED_DESC', 'DENIED_DESC', 'FAILED_DESC'),
  first: fc.integer({ min: 3, max: 20 }),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type Asked = typeof question extends fc.Arbitrary<infer T> ? T : never;

const pick = <T>(list: readonly T[], n: number) => list[n % Math.max(1, list.length)];

async function take(of: Step, at: number, ledger: Ledger): Promise<void> {
  switch (of.kind) {
    case 'reserve': {
      const user = pick(ledger.present(), of.row.user)?.id;
      if (user !== undefined) await ledger.reserve({ ...of.row, at, user }, of.overdue);
      return;
    }
    case 'deny': {
      // Of a request without the scope the input is not looked at.
      const input = of.reason === 'forbidden' ? { provider: null, model: null } : {};
      const user = of.named ? (pick(ledger.people, of.row.user)?.id ?? null) : null;
      return ledger.deny({ ...of.row, ...input, at, user, reason: of.reason });
    }
    case 'erase': {
      const [person, other] = ledger.present();
      if (person !== undefined && other !== undefined) await ledger.erase(person.id);
      return;
    }
    case 'sum':
      await sum(at, of.most);
      return;
    default:
      return become(of, ledger);
  }
}

/** What becomes of a session that is there, if one is. */
async function become(of: Extract<Step, { nth: number }>, ledger: Ledger): Promise<void> {
  const isLive = of.kind === 'revoke' || of.kind === 'expire';
  const waiting = of.kind === 'expire' ? [] : ledger.pending().filter(({ revoked }) => !isLive || !revoked);
  const session = pick([...(isLive ? ledger.live() : []), ...waiting], of.nth);
  if (session === undefined) return;
  switch (of.kind) {
    case 'issue':
      return ledger.issue(session, of.mintTook);
    case 'fail':
      return ledger.fail(session, of.outcome, of.code);
    case 'revoke':
      return ledger.revoke(session);
    case 'expire':
      return ledger.expire(session);
    default:
      return of satisfies never;
  }
}

/** Asks, and compares with counting one by one. */
async function check(asked: Asked, begin: number, ledger: Ledger): Promise<void> {
  const [from = 0, to = 0] = asked.ends
    .map((minutes) => begin + minutes * MINUTE + asked.offset)
    .toSorted((a, b) => a - b);
  const person = ledger.people[0];
  const headers = { EVERYTHING: undefined, OWN_APPLICATION: shopKey, SELF: undefined }[asked.viewer];
  const self =
    asked.viewer === 'SELF' ? bearer(await identityProvider.sign({ sub: person?.name ?? '' })) : headers;
  const viewer: Viewer = {
    EVERYTHING: { reach: 'EVERYTHING' as const },
    OWN_APPLICATION: { reach: 'OWN_APPLICATION' as const, application: 'shop' },
    // Nobody is known by the name of somebody who was erased.
    SELF: {
      reach: 'SELF' as const,
      user: ledger.present().includes(person ?? { id: '', name: '' }) ? (person?.id ?? '') : 'nobody',
    },
  }[asked.viewer];
  const { timeZone, providers, models } = asked;
  const meant: Question = {
    ...{ from, to, timeZone, providers, models, applications: asked.applications },
    users: asked.users?.map((n) => ledger.people[n]?.id ?? '') ?? null,
    groupBy: [...(asked.time === null ? [] : [asked.time]), ...asked.others],
  };
  const filter = {
    ...{ from: iso(from), to: iso(to), timeZone, providers, models },
    userIds: meant.users?.map((id) => idOf('User', id)) ?? null,
    applicationIds: asked.applications?.map((name) => idOf('Application', applications.get(name))) ?? null,
  };
  const { rows, totals } = expectedRows(ledger.all, meant, viewer);
  const nodes = await readAll(
    { filter, groupBy: meant.groupBy, orderBy: asked.order, first: asked.first },
    self,
  );
  expect(nodes.totals).toEqual(totals);
  expect(Object.fromEntries(nodes.rows.map((node) => [keyOfNode(node, meant), node.counts]))).toEqual(rows);
  expect(nodes.rows).toHaveLength(Object.keys(rows).length);
  const ranked = {
    START: 'start',
    REQUESTED_DESC: 'requested',
    DENIED_DESC: 'denied',
    FAILED_DESC: 'failed',
  }[asked.order];
  const ranks = nodes.rows.map((node) => (ranked === 'start' ? node.start : -node.counts[ranked ?? '']));
  expect(ranks).toEqual(ranked === 'start' ? ranks.toSorted() : ranks.toSorted((a, b) => a - b));
}

// biome-ignore lint/suspicious/noExplicitAny: an answer's rows, whose shape is what is asserted
type Node = any;

/** All pages. */
async function readAll(variables: Record<string, unknown>, headers?: Record<string, string>) {
  const rows: Node[] = [];
  for (let after: string | null = null, totals: unknown; ; ) {
    const page: Node = await readStatistics(gateway, { ...variables, after }, headers);
    totals ??= page.totals;
    rows.push(...page.rows.nodes);
    if (!page.rows.pageInfo.hasNextPage) return { rows, totals };
    after = page.rows.pageInfo.endCursor;
  }
}

function keyOfNode(node: Node, { groupBy, timeZone }: Question): string {
  const uuid = node.user === null ? null : Buffer.from(node.user.id, 'base64').toString().split(':')[1];
  const values: Record<string, string | null | undefined> = {
    USER: uuid,
    APPLICATION: node.application?.name,
    PROVIDER: node.provider,
    MODEL: node.model,
    FAILURE_CODE: node.failureCode,
    DENIAL_REASON: node.denialReason,
  };
  return groupBy
    .map((by) => (by in values ? values[by] : onClocks(Date.parse(node.start), timeZone, by)))
    .join(' | ');
}

// ------------------------------------------------------------------ the tests

describe('statistics are what counting one by one gives', () => {
  test('whatever became of sessions, whenever they were added up, for any time, zone, dimensions and viewer', async () => {
    const happening = fc.record({ minutes: fc.nat(30), step, asked: fc.option(question, { freq: 1 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...NIGHTS),
        fc.array(happening, { minLength: 30, maxLength: 60 }),
        fc.array(question, { minLength: 3, maxLength: 3 }),
        async (night, happenings, questions) => {
          const ledger = await createLedger(database, applications);
          const begin = night - 5 * HOUR;
          let at = begin;
          for (const { minutes, step: next, asked } of happenings) {
            at += minutes * MINUTE + 137;
            await take(next, at, ledger);
            if (asked !== null) await check(asked, begin, ledger);
          }
          for (const asked of questions) await check(asked, begin, ledger);
          await sum(at + 5 * HOUR, 1000);
          for (const asked of questions) await check(asked, begin, ledger);
        },
      ),
      { numRuns: 5, seed: 15, endOnFailure: true },
    );
  }, 120_000);
});
