import { reaches } from './decimal.ts';
import { type CountedSessions, freesUpAt, type QuotaName } from './frees-up.ts';
import type { LimitName, Policy } from './policy.ts';
import { blocks, type Consequence, goesOn, ruleConsequence } from './rule-consequences.ts';

/** How things stand for a user: what the consequences of a change depend on. */
export type Standing = {
  readonly used: { readonly [K in QuotaName]: number };
  /** Null: the caller may not see the sessions. */
  readonly counted: CountedSessions | null;
  /** The known costs of this calendar month (UTC). Null: the caller may not see them. */
  readonly usedUsd: string | null;
  /** When the next calendar month (UTC) begins, as milliseconds since 1970. */
  readonly nextMonthAt: number;
};

/** What it means that a limit becomes what `after` says. */
export function consequenceOf(name: LimitName, after: Policy, standing: Standing): Consequence {
  switch (name) {
    case 'maxActiveSessions':
      return quotaConsequence('ACTIVE_SESSIONS', after.maxActiveSessions, standing);
    case 'maxMintsPerMinute':
      return quotaConsequence('MINTS_PER_MINUTE', after.maxMintsPerMinute, standing);
    case 'maxMintsPerDay':
      return quotaConsequence('MINTS_PER_DAY', after.maxMintsPerDay, standing);
    case 'monthlyBudgetUsd':
      return budgetConsequence(after.monthlyBudgetUsd, standing);
    default:
      return ruleConsequence(name, after);
  }
}

const whatIsCounted = {
  ACTIVE_SESSIONS: ['counts as active now', 'count as active now'],
  MINTS_PER_MINUTE: ['was reserved in the last 60 seconds', 'were reserved in the last 60 seconds'],
  MINTS_PER_DAY: ['was reserved in the last 24 hours', 'were reserved in the last 24 hours'],
} as const;

function quotaConsequence(quota: QuotaName, limit: number, { used, counted }: Standing): Consequence {
  const count = used[quota];
  const [one, many] = whatIsCounted[quota];
  const now = count === 1 ? `1 session ${one}` : `${count.toLocaleString('en-US')} sessions ${many}`;
  if (limit === 0) {
    return blocks(`${now}; no new one at all from now on. What runs is not stopped.`);
  }
  if (count < limit) {
    const left = limit - count;
    return goesOn(`${now}; ${left.toLocaleString('en-US')} more can be issued.`);
  }
  const until = freesUpAt({ quota, used: count, limit }, counted);
  if (until == null)
    return blocks(`${now}; no new one until fewer than ${limit.toLocaleString('en-US')} do.`);
  return blocks(`${now}; no new one until`, until);
}

function budgetConsequence(budgetUsd: string | null, { usedUsd, nextMonthAt }: Standing): Consequence {
  if (budgetUsd === null)
    return goesOn('Costs no longer refuse a session. Models without a price are allowed again.');
  const rule = 'Models without a known price are refused while there is a budget.';
  if (Number(budgetUsd) === 0) return blocks('A budget of 0 allows no session. What runs is not stopped.');
  if (usedUsd === null)
    return goesOn(`No new session once the costs of the month reach $${budgetUsd}. ${rule}`);
  if (reaches(usedUsd, budgetUsd))
    return blocks(`$${usedUsd} of this month is used; no new session until`, nextMonthAt);
  return goesOn(`$${usedUsd} of this month is used; no new session once it reaches $${budgetUsd}. ${rule}`);
}
