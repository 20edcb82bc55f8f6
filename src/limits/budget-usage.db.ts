import type pg from 'pg';
import { query, statement } from '../platform/database/statement.ts';
import type { BudgetUsage } from './policy.ts';

type Row = BudgetUsage & { readonly id: string };

const BUDGETS = statement<Row>()({
  name: 'budget-usage',
  text: `SELECT person.id, trim_scale(budget.used)::text AS "usedUsd", budget.resets_at AS "resetsAt"
    FROM unnest($1::uuid[]) AS person (id), budget_usage(person.id, now()) AS budget`,
  columns: ['id', 'usedUsd', 'resetsAt'],
});

/** What counts towards the budgets of these users now: the sum that reserving compares, from the same function. */
export function findBudgetUsage(pool: pg.Pool, userIds: readonly string[]): Promise<Row[]> {
  return query(pool, BUDGETS, [userIds]);
}
