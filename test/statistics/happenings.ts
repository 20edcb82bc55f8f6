import fc from 'fast-check';
import type { Ledger } from './ledger.ts';

const ZONES = [
  'UTC',
  'Europe/Amsterdam',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'America/St_Johns',
  'Australia/Lord_Howe',
];
const MINUTE = 60_000_000;

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
/** What becomes of a session at once. Most are over: what is pending or live holds the sums up. */
const fate = fc.oneof(
  { weight: 5, arbitrary: fc.constant('expired' as const) },
  { weight: 2, arbitrary: fc.constant('failed' as const) },
  { weight: 2, arbitrary: fc.constant('live' as const) },
  { weight: 1, arbitrary: fc.constant('pending' as const) },
  { weight: 1, arbitrary: fc.constant('overdue' as const) },
);
const nth = fc.nat();
export const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('reserve' as const), row, fate, mintTook }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('issue' as const), nth, mintTook }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('fail' as const),
      nth,
      outcome: fc.constantFrom('failed' as const, 'unconfirmed' as const),
      code: fc.constantFrom('upstream_timeout', 'upstream_refused'),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('revoke' as const), nth }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('expire' as const), nth }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('deny' as const),
      row,
      // The last one is of nobody else's sessions.
      user: fc.option(fc.nat(3), { freq: 3 }),
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
export const question = fc.record({
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
export type Asked = typeof question extends fc.Arbitrary<infer T> ? T : never;

const pick = <T>(list: readonly T[], n: number) => list[n % Math.max(1, list.length)];

/** @param sum adds up, at most so many quarters of an hour */
export async function take(
  of: Step,
  at: number,
  ledger: Ledger,
  sum: (at: number, most: number) => Promise<unknown>,
): Promise<void> {
  switch (of.kind) {
    case 'reserve': {
      const user = pick(ledger.present(), of.row.user)?.id;
      if (user !== undefined) await reserve(of, { ...of.row, at, user }, ledger);
      return;
    }
    case 'deny': {
      // Of a request without the scope the input is not looked at.
      const input = of.reason === 'forbidden' ? { provider: null, model: null } : {};
      const user = of.user === null ? null : (ledger.people[of.user]?.id ?? null);
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

async function reserve(
  { fate: becomes, mintTook: took }: Extract<Step, { kind: 'reserve' }>,
  given: Parameters<Ledger['reserve']>[0],
  ledger: Ledger,
): Promise<void> {
  await ledger.reserve(given, becomes === 'overdue');
  const session = ledger.pending().at(-1);
  if (session === undefined || becomes === 'overdue' || becomes === 'pending') return;
  if (becomes === 'failed') return ledger.fail(session, 'failed', 'upstream_refused');
  await ledger.issue(session, took);
  if (becomes === 'expired') await ledger.expire(session);
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
