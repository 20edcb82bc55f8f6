import { z } from 'zod';
import type { ApiKeyModel, ApplicationModel } from '../../prisma/generated/models.ts';
import { type KeyReach, reaches, scopes } from '../authorization/actor.ts';
import { toOverrides } from '../limits/policy-row.db.ts';
import type { ApiKey } from './api-key.ts';
import type { Application } from './application.ts';

/** An application as the domain knows it. */
export function toApplication({ monthlyBudgetUsd, ...row }: ApplicationModel): Application {
  const { id, name, createdAt } = row;
  // Neither an exponent nor zeros at the end.
  const policyOverrides = toOverrides({ ...row, monthlyBudgetUsd: monthlyBudgetUsd?.toFixed() ?? null });
  return { id, name, createdAt, policyOverrides };
}

/** What an API key's hash is left out by. */
export const withoutHash = { keyHash: true } as const;

// CHECKs hold the columns to these; parsing is how the types learn of it.
const grant = z.object({
  scopes: z.array(z.enum(scopes)),
  reach: z.enum(reaches).exclude(['SELF']) satisfies z.ZodType<KeyReach>,
});

/** An API key as the domain knows it. */
export function toApiKey(row: Omit<ApiKeyModel, 'keyHash'>): ApiKey {
  return { ...row, ...grant.parse(row) };
}
