import type { LimitName, Policy } from '../user/policy.ts';
import { blocks, type Consequence, goesOn, ruleConsequence } from '../user/rule-consequences.ts';

/** What it means for each user of an application that a limit becomes what `after` says. */
export function applicationConsequence(name: LimitName, after: Policy): Consequence {
  switch (name) {
    case 'maxActiveSessions':
      return counted(after.maxActiveSessions, 'at a time');
    case 'maxMintsPerMinute':
      return counted(after.maxMintsPerMinute, 'in any 60 seconds');
    case 'maxMintsPerDay':
      return counted(after.maxMintsPerDay, 'in any 24 hours');
    case 'monthlyBudgetUsd':
      return budget(after.monthlyBudgetUsd);
    default:
      return ruleConsequence(name, after);
  }
}

function counted(limit: number, when: string): Consequence {
  if (limit === 0) return blocks('No new session for anybody. What runs is not stopped.');
  const count = limit.toLocaleString('en-US');
  return goesOn(
    `Each user can have ${count} ${limit === 1 ? 'session' : 'sessions'} ${when}. Who has used that up is refused until some of it frees up. What runs is not stopped.`,
  );
}

function budget(usd: string | null): Consequence {
  if (usd === null) return goesOn('Costs do not refuse a session. Models without a price are allowed.');
  if (Number(usd) === 0) return blocks('A budget of 0 allows no session. What runs is not stopped.');
  return goesOn(
    `A user whose costs of the month, over all applications, reach $${usd} gets no new session until the next month. Models without a known price are refused.`,
  );
}
