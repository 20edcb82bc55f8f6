import { z } from 'zod';
import { identifier } from '../platform/redaction/plain-text.ts';
import { type Parsed, toInputIssues } from '../platform/validation/input-issue.ts';
import { listOf } from '../platform/validation/text.ts';
import { budget } from '../platform/validation/usd-amount.ts';
import type { PolicyChanges } from './policy.ts';

export const MAX_ALLOWED_MODELS = 256;
export const MAX_ALLOWED_PROVIDERS = 32;

const count = z
  .int('must be a whole number')
  .min(0, 'must be at least 0')
  .max(1_000_000, 'must be at most 1000000');

const policyChanges = z.object({
  allowedModels: listOf(identifier(256), MAX_ALLOWED_MODELS).nullable().optional(),
  // Not only those that are configured: a policy may be set before its provider is, or outlive it.
  allowedProviders: listOf(identifier(64), MAX_ALLOWED_PROVIDERS).nullable().optional(),
  maxTtlSeconds: z
    .int('must be a whole number')
    .min(10, 'must be at least 10')
    .max(7200, 'must be at most 7200')
    .nullable()
    .optional(),
  maxActiveSessions: count.nullable().optional(),
  maxMintsPerMinute: count.nullable().optional(),
  maxMintsPerDay: count.nullable().optional(),
  monthlyBudgetUsd: budget.nullable().optional(),
  maxCallSeconds: z
    .int('must be a whole number')
    .min(10, 'must be at least 10')
    .max(3600, 'must be at most 3600')
    .nullable()
    .optional(),
  brokeredOnly: z.boolean().nullable().optional(),
});

/** The changes of setPolicy: a field left out stays as it is, null returns to the inherited value. */
export function parsePolicyChanges(input: unknown): Parsed<PolicyChanges> {
  const parsed = policyChanges.safeParse(input);
  if (!parsed.success) return { ok: false, issues: toInputIssues(parsed.error) };
  // Absent and undefined are told apart: only what is named is changed.
  return {
    ok: true,
    value: Object.fromEntries(Object.entries(parsed.data).filter(([, value]) => value !== undefined)),
  };
}
