import fc from 'fast-check';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mergePolicies, type Policy, type PolicyOverrides } from '../../src/limits/policy.ts';
import { createPool } from '../../src/platform/database/pool.ts';
import { useDatabase } from '../support/fixture.ts';

// mergePolicies shows a user's limits; effective_policy, in the database, enforces them. The same limits must come out.
const RUNS = Number(process.env['RUNS'] ?? '300');
const SEED = Number(process.env['SEED'] ?? '20261129');

const database = useDatabase();
let pool: pg.Pool;
beforeAll(async () => {
  pool = createPool({ url: database.url, size: 1, timeoutMs: 10_000, onError: () => {} });
});
afterAll(async () => {
  await pool?.end();
});

const models = fc.subarray(['gpt-realtime', 'gpt-realtime-mini', 'é"\\'], { minLength: 0 });
const limit = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const budget = fc
  .tuple(fc.nat(10 ** 9), fc.nat(10 ** 9))
  .map(([dollars, fraction]) => `${dollars}.${String(fraction).padStart(10, '0')}1`);
const limits = {
  maxTtlSeconds: limit,
  maxActiveSessions: limit,
  maxMintsPerMinute: limit,
  maxMintsPerDay: limit,
  maxCallSeconds: limit,
};
const defaults: fc.Arbitrary<Policy> = fc.record({
  ...limits,
  allowedModels: fc.option(models),
  allowedProviders: fc.option(models),
  monthlyBudgetUsd: fc.option(budget),
  brokeredOnly: fc.boolean(),
});
const overrides: fc.Arbitrary<PolicyOverrides> = fc.record({
  allowedModels: fc.option(models),
  allowedProviders: fc.option(models),
  maxTtlSeconds: fc.option(limit),
  maxActiveSessions: fc.option(limit),
  maxMintsPerMinute: fc.option(limit),
  maxMintsPerDay: fc.option(limit),
  monthlyBudgetUsd: fc.option(budget),
  maxCallSeconds: fc.option(limit),
  brokeredOnly: fc.option(fc.boolean()),
});

test('effective_policy merges limits as mergePolicies does', async () => {
  await fc.assert(
    fc.asyncProperty(defaults, overrides, overrides, async (inherited, application, user) => {
      expect(await effectivePolicy(inherited, application, user)).toEqual(
        mergePolicies(inherited, application, user),
      );
    }),
    { numRuns: RUNS, seed: SEED },
  );
});

async function effectivePolicy(
  inherited: Policy,
  application: PolicyOverrides,
  user: PolicyOverrides,
): Promise<unknown> {
  const { rows } = await pool.query<{ policy: object; budget: string | null }>(
    // The budget as text: JavaScript's numbers would round it.
    `SELECT policy, policy->>'monthlyBudgetUsd' AS budget FROM effective_policy(
       jsonb_populate_record(NULL::end_user, $3), jsonb_populate_record(NULL::application, $2), $1) AS policy`,
    [JSON.stringify(inherited), JSON.stringify(columnsOf(application)), JSON.stringify(columnsOf(user))],
  );
  const [row] = rows;
  return { ...row?.policy, monthlyBudgetUsd: row?.budget };
}

function columnsOf(set: PolicyOverrides): Record<string, unknown> {
  return {
    allowed_models: set.allowedModels,
    allowed_providers: set.allowedProviders,
    max_ttl_seconds: set.maxTtlSeconds,
    max_active_sessions: set.maxActiveSessions,
    max_mints_per_minute: set.maxMintsPerMinute,
    max_mints_per_day: set.maxMintsPerDay,
    monthly_budget_usd: set.monthlyBudgetUsd,
    max_call_seconds: set.maxCallSeconds,
    brokered_only: set.brokeredOnly,
  };
}
