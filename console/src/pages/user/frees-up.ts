const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** What counts towards the quotas of a user, as far as the caller may see it. */
export type CountedSessions = {
  /** When sessions of the last 24 hours were reserved: the newest 100, newest first. */
  readonly newest: readonly string[];
  /** The oldest 100 of them, newest first. */
  readonly oldest: readonly string[];
  /** When what counts as active ends, in any order. A pending session has no end yet. */
  readonly activeEnds: readonly string[];
};

export type QuotaName = 'ACTIVE_SESSIONS' | 'MINTS_PER_MINUTE' | 'MINTS_PER_DAY';
export type Quota = { readonly quota: QuotaName; readonly used: number; readonly limit: number };

/**
 * When the next session can be reserved, as milliseconds since 1970; null when it can be now, or when waiting does not
 * help because the limit is 0; undefined when the caller cannot see what would say it.
 */
export function freesUpAt(quota: Quota, counted: CountedSessions | null): number | null | undefined {
  if (quota.used < quota.limit || quota.limit === 0) return null;
  if (counted === null) return undefined;
  switch (quota.quota) {
    case 'ACTIVE_SESSIONS':
      return activeUntil(quota, counted.activeEnds);
    case 'MINTS_PER_MINUTE':
      return leavesWindow(quota, counted, MINUTE_MS);
    case 'MINTS_PER_DAY':
      return leavesWindow(quota, counted, DAY_MS);
    default:
      return quota.quota satisfies never;
  }
}

/** So many must end that fewer than the limit are left. */
function activeUntil({ used, limit }: Quota, activeEnds: readonly string[]): number | undefined {
  if (activeEnds.length < used) return undefined;
  return activeEnds.map((end) => Date.parse(end)).toSorted((a, b) => a - b)[used - limit];
}

/** The window is full until the session that is the limit-th newest has left it. */
function leavesWindow(
  { used, limit }: Quota,
  counted: CountedSessions,
  windowMs: number,
): number | undefined {
  const { newest, oldest } = counted;
  // Fewer than counted: the quota counts sessions of other applications, too, which the caller may not see.
  if (newest.length < Math.min(used, 100)) return undefined;
  const fromOldest = windowMs === DAY_MS ? oldest[oldest.length - 1 - (used - limit)] : undefined;
  const at = newest[limit - 1] ?? fromOldest;
  return at === undefined ? undefined : Date.parse(at) + windowMs;
}

/** When the next of what counts is counted no more; null when nothing is, undefined when the caller cannot see it. */
export function nextReleaseAt(quota: Quota, counted: CountedSessions | null): number | null | undefined {
  return quota.used === 0 ? null : freesUpAt({ ...quota, limit: quota.used }, counted);
}
