import { z } from 'zod';
import { plainText } from '../platform/redaction/plain-text.ts';
import { redactText } from '../platform/redaction/redact-text.ts';
import { type InputIssue, toInputIssues } from '../platform/validation/input-issue.ts';
import { text } from '../platform/validation/text.ts';
import { budget } from '../platform/validation/usd-amount.ts';
import type { PolicyChanges } from './limits-ledger.ts';

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly issues: readonly InputIssue[] };

const count = z
  .int('must be a whole number')
  .min(0, 'must be at least 0')
  .max(1_000_000, 'must be at most 1000000');

const policyChanges = z.object({
  allowedModels: z.array(plainText(256)).max(256, 'must be at most 256').nullable().optional(),
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
});

const reason = text(1000)
  .nullish()
  .transform((given) => (given == null ? null : redactText(given)));

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

/** Why something was done, in the caller's words, credentials replaced; null when they gave none. */
export function parseReason(input: unknown): Parsed<string | null> {
  return parse(reason, input, ['reason']);
}

/** The identifier that the applications use for somebody. */
export function parseExternalUserId(input: unknown): Parsed<string> {
  return parse(plainText(255), input, ['externalUserId']);
}

function parse<T>(schema: z.ZodType<T>, input: unknown, path: readonly string[]): Parsed<T> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return { ok: true, value: parsed.data };
  return {
    ok: false,
    issues: toInputIssues(parsed.error).map((issue) => ({ ...issue, path: [...path, ...issue.path] })),
  };
}
