import fc from 'fast-check';
import pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { ISSUE, issue, setPolicy, suspendUser } from '../support/ask.ts';
import { bearer, createApplication, createKey } from '../support/callers.ts';
import { isoOf, onClocks } from '../support/clocks.ts';
import { eventually } from '../support/eventually.ts';
import { use, useDatabase, useGateway, useIdentityProvider } from '../support/fixture.ts';
import { idOf, uuidOf } from '../support/ids.ts';
import { asOwner, createBetween } from '../support/partitions.ts';
import { dropDue } from '../support/retention.ts';
import { askForStatistics, readStatistics } from '../support/statistics.ts';
import { type Asked, question, step, take } from './happenings.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { expectedRows, type Question, type Viewer } from './model.ts';

const MINUTE = 60_000_000;
const HOUR = 60 * MINUTE;

const database = useDatabase();
const identityProvider = useIdentityProvider();
// It must not drop months that are as old as those of the tests.
const gateway = useGateway(database, () => ({ ...identityProvider.env, GATEHOUSE_RETENTION_MONTHS: '600' }));
// Whoever holds the job's lock is the only one that adds up: not the gateway, whose clock is the real one.
const job = use(
  async () => {
    // The gateway's job has begun by then, so that it is known to be there.
    await eventually(async () => ((await summedTo()) > 0 ? true : undefined));
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(`SELECT pg_advisory_lock(hashtext('gatehouse.sum_sessions'))`);
    return { client };
  },
  ({ client }) => client.end(),
);

async function summedTo(): Promise<number> {
  const [row] = await database.query<{ at: Date }>('SELECT summed_to AS at FROM session_sum_progress');
  return row?.at.getTime() ?? 0;
}

const applications = new Map<string, string>();
let shopKey: Record<string, string>;

beforeAll(async () => {
  await asOwner(database, async (owner) => {
    for (const at of ['2025-03-29', '2025-10-25', '2025-11-01']) await createBetween(owner, at, at);
  });
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

const now = () => Date.now() * 1000;

/** Adds up, as a gateway whose clock says so. */
async function sum(at: number, most = 4): Promise<number> {
  const { rows } = await job.client.query<{ summed: number }>('SELECT sum_sessions($1, $2) AS summed', [
    most,
    isoOf(at),
  ]);
  return rows[0]?.summed ?? 0;
}

// Nights on which the clocks are changed in Amsterdam and in St. John's, and the ends of months.
const NIGHTS = [
  '2025-03-30T00:00:00Z',
  '2025-10-26T00:00:00Z',
  '2025-11-02T04:00:00Z',
  '2025-10-31T23:00:00Z',
].map((at) => Date.parse(at) * 1000);

/** Asks, and compares with counting one by one. */
async function check(asked: Asked, begin: number, ledger: Ledger): Promise<void> {
  const [from = 0, to = 0] = asked.ends
    .map((minutes) => begin + minutes * MINUTE + asked.offset)
    .toSorted((a, b) => a - b);
  const person = ledger.people[asked.first % 4];
  const headers = { EVERYTHING: undefined, OWN_APPLICATION: shopKey, SELF: undefined }[asked.viewer];
  const self =
    asked.viewer === 'SELF' ? bearer(await identityProvider.sign({ sub: person?.name ?? '' })) : headers;
  const viewer: Viewer = {
    EVERYTHING: { reach: 'EVERYTHING' as const },
    OWN_APPLICATION: { reach: 'OWN_APPLICATION' as const, application: 'shop' },
    // Nobody is known by the name of somebody who was erased.
    SELF: {
      reach: 'SELF' as const,
      user: person === undefined || ledger.isGone(person.id) ? 'nobody' : person.id,
    },
  }[asked.viewer];
  const { timeZone, providers, models } = asked;
  const meant: Question = {
    ...{ from, to, timeZone, providers, models, applications: asked.applications },
    users: asked.users?.map((n) => ledger.people[n]?.id ?? '') ?? null,
    groupBy: [...(asked.time === null ? [] : [asked.time]), ...asked.others],
  };
  const filter = {
    ...{ from: isoOf(from), to: isoOf(to), timeZone, providers, models },
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
  const ranked = (
    { START: null, REQUESTED_DESC: 'requested', DENIED_DESC: 'denied', FAILED_DESC: 'failed' } as const
  )[asked.order];
  if (ranked === null) {
    const starts = nodes.rows.map(({ start }) => start);
    expect(starts).toEqual(starts.toSorted());
  } else {
    const counts = nodes.rows.map((node) => node.counts[ranked]);
    expect(counts).toEqual(counts.toSorted((a, b) => b - a));
  }
}

type Node = {
  readonly start: string | null;
  readonly user: { readonly id: string } | null;
  readonly application: { readonly name: string } | null;
  readonly provider: string | null;
  readonly model: string | null;
  readonly failureCode: string | null;
  readonly denialReason: string | null;
  readonly counts: { readonly [count in 'requested' | 'issued' | 'denied' | 'failed']: number };
};

/** All pages. */
async function readAll(variables: Record<string, unknown>, headers?: Record<string, string>) {
  const rows: Node[] = [];
  for (let after: string | null = null, totals: unknown; ; ) {
    const page = await readStatistics(gateway, { ...variables, after }, headers);
    totals ??= page.totals;
    rows.push(...page.rows.nodes);
    if (!page.rows.pageInfo.hasNextPage) return { rows, totals };
    after = page.rows.pageInfo.endCursor;
  }
}

function keyOfNode(node: Node, { groupBy, timeZone }: Question): string {
  const uuid = node.user === null ? null : uuidOf(node.user.id);
  const values: Record<string, string | null | undefined> = {
    USER: uuid,
    APPLICATION: node.application?.name,
    PROVIDER: node.provider,
    MODEL: node.model,
    FAILURE_CODE: node.failureCode,
    DENIAL_REASON: node.denialReason,
  };
  return groupBy
    .map((by) => (by in values ? values[by] : onClocks(Date.parse(node.start ?? ''), timeZone, by)))
    .join(' | ');
}

const EVERY = { users: null, applications: null, providers: null, models: null, first: 100 } as const;
/** Asked in each run, because they show most of what can be wrong. */
const BROAD: readonly Asked[] = [
  {
    ...EVERY,
    ...{ ends: [0, 900], offset: 0, timeZone: 'Asia/Kolkata', time: 'HOUR', others: ['FAILURE_CODE'] },
    ...{ viewer: 'EVERYTHING', order: 'START' },
  },
  {
    ...EVERY,
    ...{ ends: [0, 900], offset: 0, timeZone: 'UTC', time: null, others: ['USER', 'DENIAL_REASON'] },
    ...{ viewer: 'OWN_APPLICATION', order: 'DENIED_DESC' },
  },
];

// ------------------------------------------------------------------ the tests

describe('statistics are what counting one by one gives', () => {
  test('whatever became of sessions, whenever they were added up, for any time, zone, dimensions and viewer', async () => {
    const happening = fc.record({ minutes: fc.nat(30), step, asked: fc.option(question, { freq: 1 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...NIGHTS),
        fc.array(happening, { minLength: 30, maxLength: 60 }),
        fc.array(question, { minLength: 2, maxLength: 2 }),
        async (night, happenings, some) => {
          const questions = [...some, ...BROAD];
          const ledger = await createLedger(database, applications);
          const begin = night - 5 * HOUR;
          let at = begin;
          for (const { minutes, step: next, asked } of happenings) {
            at += minutes * MINUTE + 137;
            await take(next, at, ledger, sum);
            if (asked !== null) await check(asked, begin, ledger);
          }
          for (const asked of questions) await check(asked, begin, ledger);
          await sum(at + 5 * HOUR, 1000);
          for (const asked of questions) await check(asked, begin, ledger);
        },
      ),
      {
        numRuns: Number(process.env['RUNS'] ?? 10),
        seed: Number(process.env['SEED'] ?? 15),
        endOnFailure: true,
      },
    );
  }, 120_000);

  test('of requests that were denied, by why, and what they asked for', async () => {
    const ledger = await createLedger(database, applications);
    const [ann, ben, cat] = ledger.people;
    const person = (user = ann) => ({ externalUserId: user?.name, model: 'gpt-realtime-2.1' });
    await setPolicy(gateway, { externalUserId: ann?.name, allowedModels: ['gpt-realtime'] });
    await setPolicy(gateway, { externalUserId: ben?.name, maxMintsPerDay: 0 });
    await suspendUser(gateway, { externalUserId: cat?.name, reason: 'a test' });
    for (const user of [ann, ben, cat]) await issue(gateway, person(user));
    await issue(gateway, { ...person(), model: 'gpt-realtime' });
    await gateway.ask(ISSUE, { input: person() }, shopKey);
    const filter = { from: isoOf(now() - HOUR), to: isoOf(now() + HOUR) };
    const groupBy = ['USER', 'APPLICATION', 'MODEL', 'DENIAL_REASON'];
    const { rows, totals } = await readAll({ filter, groupBy });
    const seen = rows.map(({ user, application, model, denialReason, counts }) => [
      ...[user && ledger.people.find(({ id }) => idOf('User', id) === user.id)?.name.slice(0, 3)],
      ...[application?.name, model, denialReason, counts.denied, counts.issued],
    ]);
    expect(seen.toSorted()).toEqual([
      [null, 'shop', null, 'forbidden', 1, 0],
      ['ann', 'default', 'gpt-realtime', null, 0, 1],
      ['ann', 'default', 'gpt-realtime-2.1', 'policy', 1, 0],
      ['ben', 'default', 'gpt-realtime-2.1', 'quota', 1, 0],
      ['cat', 'default', 'gpt-realtime-2.1', 'suspended', 1, 0],
    ]);
    expect(totals).toMatchObject({ requested: 1, issued: 1, pending: 0, denied: 4 });
  });

  test('and do not show an application the people that it has no session of, nor the other way round', async () => {
    const ledger = await createLedger(database, applications);
    const [ann] = ledger.people;
    const { value } = await createKey(gateway, idOf('Application', applications.get('desk')), {
      scopes: ['SESSIONS_READ', 'SESSIONS_CREATE'],
    });
    const desk = bearer(value);
    const self = bearer(await identityProvider.sign({ sub: ann?.name ?? '' }));
    await setPolicy(gateway, { externalUserId: ann?.name, maxMintsPerDay: 0 });
    await gateway.ask(ISSUE, { input: { externalUserId: ann?.name, model: 'gpt-realtime' } }, desk);
    const filter = { from: isoOf(now() - HOUR), to: isoOf(now() + HOUR) };
    const seen = async (headers?: Record<string, string>, only = {}) => {
      const { rows } = await readAll(
        { filter: { ...filter, ...only }, groupBy: ['USER', 'APPLICATION'] },
        headers,
      );
      return rows.map(({ user, application, counts }) => [user?.id, application?.name, counts.denied]);
    };
    const annsId = idOf('User', ann?.id);
    for (const round of [1, 2]) {
      expect(await seen(), `round ${round}`).toEqual([[annsId, 'desk', 1]]);
      expect(await seen(desk)).toEqual([[undefined, 'desk', 1]]);
      expect(await seen(desk, { userIds: [annsId] })).toEqual([]);
      expect(await seen(self)).toEqual([[annsId, undefined, 1]]);
      expect(await seen(self, { applicationIds: [idOf('Application', applications.get('desk'))] })).toEqual(
        [],
      );
      // In the second round they are in the sums.
      await database.query(`UPDATE audit_event SET id = uuidv7_at(at - interval '3 hours'), at = at - interval '3 hours'
        WHERE action = 'session.denied'`);
      filter.from = isoOf(now() - 4 * HOUR);
      await sum(now(), 100);
    }
    expect(await database.query('SELECT denied FROM session_rollup')).toEqual([{ denied: 1 }]);
  });
});

describe('the sums', () => {
  test('remain when the sessions of a month are dropped', async () => {
    const ledger = await createLedger(database, applications);
    const begin = Date.parse('2025-10-31T18:00:00Z') * 1000;
    const user = ledger.people[0]?.id ?? '';
    for (let n = 0; n < 40; n += 1) {
      const row = { at: begin + n * 13 * MINUTE, application: 'shop', provider: 'openai', model: 'a', user };
      if (n % 7 === 0) await ledger.deny({ ...row, reason: 'quota' });
      else await ledger.reserve(row, false);
    }
    for (const [n, session] of ledger.pending().entries()) {
      if (n % 5 === 0) await ledger.fail(session, 'failed', 'upstream_refused');
      else await ledger.issue(session, n * 40_000);
    }
    for (const session of ledger.live()) await ledger.revoke(session);
    await sum(begin + 24 * HOUR, 1000);
    const filter = { from: isoOf(begin), to: isoOf(begin + 24 * HOUR), timeZone: 'Asia/Kathmandu' };
    const variables = { filter, groupBy: ['HOUR', 'USER', 'FAILURE_CODE'], first: 100 };
    const before = await readAll(variables);
    expect(before.totals).toMatchObject({ requested: 34, denied: 6 });
    const keys = [{ id: 'k', bytes: new Uint8Array(32) }] as const;
    const { errors } = await dropDue(database.ownerUrl, {
      months: 1,
      auditMonths: undefined,
      auditKeys: keys,
    });
    expect(errors).toEqual([]);
    expect(await database.query('SELECT FROM realtime_session')).toEqual([]);
    expect(await readAll(variables)).toEqual(before);
  });

  test('are made by one gateway at a time', async () => {
    const ledger = await createLedger(database, applications);
    await ledger.reserve({ ...ROW, user: ledger.people[0]?.id ?? '', at: now() - 5 * HOUR }, false);
    for (const session of ledger.pending()) await ledger.fail(session, 'failed', 'upstream_refused');
    expect(await database.query('SELECT sum_sessions(1, now()) AS summed')).toEqual([{ summed: 0 }]);
    expect(await sum(now(), 2)).toBe(2);
  });

  test('are made anew for the day before, when the clock was set back', async () => {
    const ledger = await createLedger(database, applications);
    const user = ledger.people[0]?.id ?? '';
    const reserve = async (at: number) => {
      await ledger.reserve({ ...ROW, user, at }, false);
      for (const session of ledger.pending()) await ledger.fail(session, 'failed', 'upstream_refused');
    };
    await reserve(now() - 5 * HOUR);
    await sum(now(), 100);
    // When it was made, the clock was two hours ahead: what is reserved by the right one is before its end.
    await reserve(now() - 4 * HOUR);
    await database.query(`UPDATE session_sum_progress SET as_of = now() + interval '2 hours'`);
    await sum(now());
    await sum(now(), 1000);
    const filter = { from: isoOf(now() - 6 * HOUR), to: isoOf(now()) };
    expect((await readAll({ filter })).totals).toMatchObject({ requested: 2, failed: 2 });
  });
});

const ROW = { application: 'shop', provider: 'openai', model: 'a' } as const;
const DAY = { from: '2026-01-01T00:00:00.000Z', to: '2026-01-02T00:00:00.000Z' };

describe('what cannot be asked for', () => {
  test.each<[string, object]>([
    ['filter.to', { filter: { from: DAY.to, to: DAY.from } }],
    ['filter.to', { filter: { ...DAY, to: '2026-01-02T00:00:00.001Z' }, groupBy: ['MINUTE'] }],
    ['filter.timeZone', { filter: { ...DAY, timeZone: 'Europe/Atlantis' } }],
    ['groupBy', { groupBy: ['HOUR', 'DAY'] }],
    ['groupBy', { groupBy: ['MINUTE', 'MONTH'] }],
    ['first', { first: 1001 }],
    ['after', { after: 'nonsense' }],
    ['after', { after: cursor('["sessionStatistics/START/"]'), groupBy: ['DAY'] }],
    ['after', { after: cursor('["sessionStatistics/START/DAY","yesterday"]'), groupBy: ['DAY'] }],
    [
      'after',
      {
        after: cursor('["sessionStatistics/FAILED_DESC/MODEL","-1","a"]'),
        groupBy: ['MODEL'],
        orderBy: 'FAILED_DESC',
      },
    ],
  ])('%s: %j', async (named, variables) => {
    const { body } = await askForStatistics(gateway, { filter: DAY, ...variables });
    expect(body.errors[0].extensions.code).toBe('BAD_USER_INPUT');
    expect(body.errors[0].message).toMatch(new RegExp(`^${named} `));
  });

  test('nothing matches what is not there, and what no name can be', async () => {
    const nothing = { requested: 0, denied: 0, mintMsP50: null };
    for (const none of [
      { userIds: ['what?'] },
      { providers: ['\0'] },
      { models: [] },
      { applicationIds: [] },
    ])
      expect((await readStatistics(gateway, { filter: { ...DAY, ...none } })).totals).toMatchObject(nothing);
  });
});

function cursor(text: string): string {
  return Buffer.from(text).toString('base64url');
}
