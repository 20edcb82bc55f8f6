/** The rules of issuing as a person would tell them: small, in memory, with a clock that only `wait` moves. */

export const DEFAULTS = { maxActiveSessions: 3, maxMintsPerMinute: 5, maxMintsPerDay: 8, maxTtlSeconds: 700 };
export const DEFAULT_TTL = 600;
/** From a reservation until nobody can settle it any more; the gateways are configured for it. */
export const DEADLINE = 35;

export type Limits = typeof DEFAULTS & { readonly allowedModels: readonly string[] | null };
export type Overrides = { readonly [K in keyof Limits]?: Limits[K] | null };
export type Failure = {
  readonly code: string;
  readonly retryable: boolean;
  readonly possiblyIssued: boolean;
};
export type Wish = {
  readonly key: string | null;
  readonly ttl: number | null;
  readonly model: string;
  readonly instructions: string;
};
export type ModelSession = {
  /** Null when whoever asked was never told. */
  id: string | null;
  /** OPEN: nobody wrote down what became of it. */
  outcome: 'OPEN' | 'ISSUED' | 'FAILED' | 'UNCONFIRMED';
  failure: Failure | null;
  revoked: boolean;
  readonly createdAt: number;
  readonly ttl: number;
};
export type ModelUser = {
  known: boolean;
  suspended: boolean;
  overrides: Overrides;
  readonly sessions: ModelSession[];
  readonly keys: Map<string, { readonly input: string; readonly session: ModelSession }>;
};
export type Model = { now: number; readonly users: Map<string, ModelUser> };

export type Quota = 'ACTIVE_SESSIONS' | 'MINTS_PER_MINUTE' | 'MINTS_PER_DAY';
/** retryAt: null when waiting does not help. */
export type Exceeded = { readonly quota: Quota; limit: number; used: number; retryAt: number | null };
export type Verdict =
  | { readonly kind: 'repeated'; readonly session: ModelSession }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'suspended' }
  | { readonly kind: 'policy'; readonly rule: 'MODEL' | 'TTL' }
  | { readonly kind: 'quota'; readonly exceeded: readonly Exceeded[] }
  | { readonly kind: 'reserved'; readonly session: ModelSession };

export function userOf(model: Model, name: string): ModelUser {
  const found = model.users.get(name);
  if (found !== undefined) return found;
  const user = { known: false, suspended: false, overrides: {}, sessions: [], keys: new Map() };
  model.users.set(name, user);
  return user;
}

/** What a request comes to, and what it leaves: a reservation is made by asking for it. */
export function reserve(model: Model, user: ModelUser, wish: Wish): Verdict {
  user.known = true;
  const input = JSON.stringify(wish);
  const remembered = wish.key === null ? undefined : user.keys.get(wish.key);
  if (remembered !== undefined) {
    return remembered.input === input
      ? { kind: 'repeated', session: remembered.session }
      : { kind: 'conflict' };
  }
  const limits = limitsOf(user);
  const ttl = wish.ttl ?? Math.min(DEFAULT_TTL, limits.maxTtlSeconds);
  if (user.suspended) return { kind: 'suspended' };
  if (limits.allowedModels !== null && !limits.allowedModels.includes(wish.model)) {
    return { kind: 'policy', rule: 'MODEL' };
  }
  if (ttl > limits.maxTtlSeconds) return { kind: 'policy', rule: 'TTL' };
  const exceeded = quotasOf(model, user).filter(({ used, limit }) => used >= limit);
  if (exceeded.length > 0) return { kind: 'quota', exceeded };

  const session: ModelSession = {
    id: null,
    outcome: 'OPEN',
    failure: null,
    revoked: false,
    createdAt: model.now,
    ttl,
  };
  user.sessions.push(session);
  if (wish.key !== null) user.keys.set(wish.key, { input, session });
  return { kind: 'reserved', session };
}

/** As clients read it: a session without an outcome is pending until its deadline, and then nobody knows. */
export function statusOf(model: Model, { outcome, revoked, createdAt, ttl }: ModelSession): string {
  if (outcome === 'OPEN') return model.now < createdAt + DEADLINE ? 'PENDING' : 'UNCONFIRMED';
  if (outcome !== 'ISSUED') return outcome;
  if (revoked) return 'REVOKED';
  return model.now < createdAt + ttl ? 'ACTIVE' : 'EXPIRED';
}

export function failureOf(model: Model, session: ModelSession): Failure | null {
  if (session.failure !== null || statusOf(model, session) !== 'UNCONFIRMED') return session.failure;
  return { code: 'not_settled', retryable: true, possiblyIssued: true };
}

/** Withdraws it if it can still be of use to anybody. */
export function revoke(model: Model, session: ModelSession): void {
  if (['PENDING', 'ACTIVE'].includes(statusOf(model, session))) session.revoked = true;
}

/** Each limit with what is used of it, and when there would be room again if it were used up. */
export function quotasOf({ now }: Model, user: ModelUser): Exceeded[] {
  const { sessions } = user;
  const limits = limitsOf(user);
  // Revoked or not: a secret cannot be withdrawn.
  const ends = sessions.flatMap(({ outcome, createdAt, ttl }) => {
    if (outcome === 'OPEN') return now < createdAt + DEADLINE ? [createdAt + DEADLINE + ttl] : [];
    return outcome === 'ISSUED' && now < createdAt + ttl ? [createdAt + ttl] : [];
  });
  const active = limits.maxActiveSessions;
  const mints = (quota: Quota, limit: number, window: number): Exceeded => ({
    quota,
    limit,
    used: sessions.filter(({ createdAt }) => createdAt > now - window).length,
    retryAt: limit === 0 ? null : (sessions.at(-limit)?.createdAt ?? 0) + window,
  });
  return [
    {
      quota: 'ACTIVE_SESSIONS',
      limit: active,
      used: ends.length,
      retryAt: active === 0 ? null : (ends.toSorted((a, b) => a - b)[ends.length - active] ?? 0),
    },
    mints('MINTS_PER_MINUTE', limits.maxMintsPerMinute, 60),
    mints('MINTS_PER_DAY', limits.maxMintsPerDay, 86_400),
  ];
}

function limitsOf({ overrides }: ModelUser): Limits {
  return {
    allowedModels: overrides.allowedModels ?? null,
    maxTtlSeconds: overrides.maxTtlSeconds ?? DEFAULTS.maxTtlSeconds,
    maxActiveSessions: overrides.maxActiveSessions ?? DEFAULTS.maxActiveSessions,
    maxMintsPerMinute: overrides.maxMintsPerMinute ?? DEFAULTS.maxMintsPerMinute,
    maxMintsPerDay: overrides.maxMintsPerDay ?? DEFAULTS.maxMintsPerDay,
  };
}
