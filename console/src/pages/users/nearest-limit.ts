/** The part of a limit from which a user is near it. */
export const NEAR = 0.8;

export type Quota = {
  readonly quota: 'ACTIVE_SESSIONS' | 'MINTS_PER_MINUTE' | 'MINTS_PER_DAY';
  readonly used: number;
  readonly limit: number;
};
export type Budget = { readonly usedUsd: string; readonly limitUsd: string };

export type NearestLimit = {
  readonly limit: Quota['quota'] | 'BUDGET';
  /** What is used of it, as a part of 1; it can be more. A limit of 0 is used up. */
  readonly part: number;
};

/** The limit of which most is used. Of those that are used alike, the first. */
export function nearestLimit(quotas: readonly Quota[], budget: Budget | null): NearestLimit | null {
  const all = quotas.map(
    ({ quota, used, limit }): NearestLimit => ({ limit: quota, part: partOf(used, limit) }),
  );
  if (budget !== null) {
    all.push({ limit: 'BUDGET', part: partOf(Number(budget.usedUsd), Number(budget.limitUsd)) });
  }
  return all.reduce<NearestLimit | null>(
    (nearest, next) => (nearest === null || next.part > nearest.part ? next : nearest),
    null,
  );
}

function partOf(used: number, limit: number): number {
  return limit === 0 ? 1 : used / limit;
}
