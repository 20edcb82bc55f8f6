import { onClocks } from '../support/clocks.ts';

/** A session or a denial as the test knows it: what statistics are held against. Times are microseconds since 1970. */
export type Counted = {
  readonly at: number;
  /** A uuid; null: a denial that named nobody. */
  readonly user: string | null;
  /** An application's name; null: a denial of an operator. */
  readonly application: string | null;
  readonly provider: string | null;
  readonly model: string | null;
} & (Session | { readonly kind: 'denial'; readonly reason: string });

type Session = {
  readonly kind: 'session';
  readonly id: string;
  outcome: 'pending' | 'issued' | 'failed' | 'unconfirmed';
  failureCode: string | null;
  revoked: boolean;
  /** Whether it can still be revoked, or expire. */
  live: boolean;
  mintTook: number;
};

export type Question = {
  readonly from: number;
  readonly to: number;
  readonly timeZone: string;
  readonly groupBy: readonly string[];
  readonly users: readonly string[] | null;
  readonly applications: readonly string[] | null;
  readonly providers: readonly string[] | null;
  readonly models: readonly string[] | null;
};

/** Who asks: everything, an application's name, or a person's uuid. */
export type Viewer =
  | { readonly reach: 'EVERYTHING' }
  | { readonly reach: 'OWN_APPLICATION'; readonly application: string }
  | { readonly reach: 'SELF'; readonly user: string };

/** The rows of an answer by their values, and what counting one by one gives. */
export function expectedRows(all: readonly Counted[], question: Question, viewer: Viewer) {
  const pairs = new Set(all.flatMap((one) => (one.kind === 'session' ? [pairOf(one)] : [])));
  const shown = all.filter((one) => isOf(one, viewer)).map((one) => asShown(one, viewer, pairs));
  const meant = shown.filter((one) => matches(one, question));
  const groups = Map.groupBy(meant, (one) => keyOf(one, question));
  return {
    rows: Object.fromEntries([...groups].map(([key, group]) => [key, countsOf(group)])),
    totals: countsOf(meant),
  };
}

const pairOf = ({ user, application }: Counted) => `${user} ${application}`;

function isOf({ user, application }: Counted, viewer: Viewer): boolean {
  if (viewer.reach === 'OWN_APPLICATION') return application === viewer.application;
  return viewer.reach === 'EVERYTHING' || user === viewer.user;
}

/** A denial does not show an application a person that it has no session of, nor the other way round. */
function asShown(one: Counted, { reach }: Viewer, pairs: ReadonlySet<string>): Counted {
  if (one.kind === 'session' || pairs.has(pairOf(one))) return one;
  if (reach === 'OWN_APPLICATION') return { ...one, user: null };
  return reach === 'SELF' && one.application !== 'default' ? { ...one, application: null } : one;
}

function matches(one: Counted, question: Question): boolean {
  const { from, to, users, applications, providers, models } = question;
  const isIn = (value: string | null, list: readonly string[] | null) =>
    list === null || (value !== null && list.includes(value));
  return (
    one.at >= from &&
    one.at < to &&
    isIn(one.user, users) &&
    isIn(one.application, applications) &&
    isIn(one.provider, providers) &&
    isIn(one.model, models)
  );
}

export function keyOf(one: Counted, { groupBy, timeZone }: Question): string {
  const values: Record<string, string | null> = {
    USER: one.user,
    APPLICATION: one.application,
    PROVIDER: one.provider,
    MODEL: one.model,
    FAILURE_CODE: one.kind === 'session' ? one.failureCode : null,
    DENIAL_REASON: one.kind === 'denial' ? one.reason : null,
  };
  const at = Math.floor(one.at / 1000);
  return groupBy.map((by) => (by in values ? values[by] : onClocks(at, timeZone, by))).join(' | ');
}

function countsOf(rows: readonly Counted[]) {
  const sessions = rows.filter((one) => one.kind === 'session');
  const count = (is: (session: Session) => boolean) => sessions.filter(is).length;
  const took = sessions
    .filter(({ outcome }) => outcome === 'issued')
    .map(({ mintTook }) => rounded(mintTook))
    .toSorted((a, b) => a - b);
  const percentile = (percent: number) => took[Math.ceil((percent * took.length) / 100) - 1] ?? null;
  return {
    requested: sessions.length,
    issued: count(({ outcome }) => outcome === 'issued'),
    failed: count(({ outcome }) => outcome === 'failed'),
    unconfirmed: count(({ outcome }) => outcome === 'unconfirmed'),
    pending: count(({ outcome }) => outcome === 'pending'),
    revoked: count(({ outcome, revoked }) => outcome === 'issued' && revoked),
    denied: rows.length - sessions.length,
    mintMsP50: percentile(50),
    mintMsP95: percentile(95),
    mintMsP99: percentile(99),
  };
}

/** Milliseconds, to a millisecond below 100 and to two significant digits above, at most 990 s. */
function rounded(microseconds: number): number {
  const milliseconds = microseconds / 1000;
  if (milliseconds < 99.5) return Math.round(milliseconds);
  return Math.min(Number(milliseconds.toPrecision(2)), 990_000);
}
