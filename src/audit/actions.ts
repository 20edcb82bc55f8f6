import { z } from 'zod';
import type { PolicyRule, QuotaKind } from '../limits/policy.ts';
import type { AuditOutcome } from './audit-event.ts';

// Details are JSON, never a secret, and name no person: what identifies one is kept apart, see identity.ts.

/** ISO 8601. */
const time = z.iso.datetime({ offset: true });
const keyId = z.string();
const hex = z.string().regex(/^[0-9a-f]+$/);
/** An exact decimal. */
const usd = z.string();
const nothing = z.strictObject({});

const failure = z.strictObject({
  code: z.string(),
  upstreamStatus: z.int().nullable(),
  upstreamCode: z.string().nullable(),
  upstreamParam: z.string().nullable(),
  upstreamRequestId: z.string().nullable(),
  retryAt: time.nullable(),
});
/** What was asked for. */
const denied = { provider: z.string(), model: z.string() };
const denial = z.discriminatedUnion('reason', [
  z.strictObject({ reason: z.literal('suspended'), ...denied, suspendedAt: time }),
  z.strictObject({
    reason: z.literal('policy'),
    ...denied,
    rule: z.enum([
      'MODEL',
      'PROVIDER',
      'TTL',
      'BUDGET',
      'CALL_LENGTH',
      'CONNECTION',
    ]) satisfies z.ZodType<PolicyRule>,
    allowed: z.array(z.string()).readonly(),
    /** Present when the budget refused models without a price. */
    unpricedModels: z.array(z.string()).readonly().optional(),
  }),
  z.strictObject({
    reason: z.literal('quota'),
    ...denied,
    quota: z.enum(['ACTIVE_SESSIONS', 'MINTS_PER_MINUTE', 'MINTS_PER_DAY']) satisfies z.ZodType<QuotaKind>,
    limit: z.int(),
    used: z.int(),
    retryAt: time.nullable(),
  }),
  z.strictObject({ reason: z.literal('forbidden') }),
]);
/** Why it was done is kept with the identity, because callers may name somebody in it. */
const reasonKeptApart = z.strictObject({ reason: z.null() });
/** Columns of the policy that were set; absent: unchanged, null: inherited again. */
const policyColumns = z.strictObject({
  allowed_models: z.array(z.string()).readonly().nullish(),
  allowed_providers: z.array(z.string()).readonly().nullish(),
  max_ttl_seconds: z.int().nullish(),
  max_active_sessions: z.int().nullish(),
  max_mints_per_minute: z.int().nullish(),
  max_mints_per_day: z.int().nullish(),
  monthly_budget_usd: usd.nullish(),
  max_call_seconds: z.int().nullish(),
  brokered_only: z.boolean().nullish(),
  /** Absent: the policy is the user's whom the event is about. */
  applicationId: z.uuid().optional(),
});
const response = { responseId: z.string(), source: z.enum(['APPLICATION', 'CLIENT', 'PROVIDER']) };
const usageNumbers = z.strictObject({
  source: response.source,
  model: z.string(),
  at: time,
  ...{ inputTextTokens: z.int(), inputAudioTokens: z.int(), inputImageTokens: z.int() },
  ...{ cachedTextTokens: z.int(), cachedAudioTokens: z.int(), cachedImageTokens: z.int() },
  ...{ outputTextTokens: z.int(), outputAudioTokens: z.int(), totalTokens: z.int() },
  transcriptionSeconds: z.string(),
  costUsd: usd.nullable(),
  /** Whether the cost is an upper bound. */
  estimated: z.boolean(),
});
const month = { partition: z.string(), from: time, to: time };
const checkpointedMonth = { ...month, events: z.int(), unsealed: z.int() };

function action<const Name extends string, const Outcome extends AuditOutcome, Detail extends z.ZodType>(
  name: Name,
  outcomes: readonly [Outcome, ...Outcome[]],
  detail: Detail,
) {
  return z.strictObject({ action: z.literal(name), outcome: z.literal(outcomes), detail });
}

/**
 * All that the audit trail can say: each action with its outcomes and its details. The list is closed; tests hold it
 * against docs/audit.md, the database functions, and events as the gateway writes them.
 */
export const auditRecord = z.discriminatedUnion('action', [
  action(
    'session.requested',
    ['SUCCEEDED'],
    z.strictObject({
      provider: z.string(),
      type: z.string(),
      model: z.string(),
      expiresAfterSeconds: z.int(),
    }),
  ),
  action(
    'session.issued',
    ['SUCCEEDED'],
    z.strictObject({
      expiresAt: time,
      fingerprint: hex,
      fingerprintKeyId: keyId,
      upstreamSessionId: z.string().nullable(),
    }),
  ),
  action('session.failed', ['FAILED'], failure),
  // Only the code: the gateway stopped before it knew more.
  action('session.unconfirmed', ['FAILED'], z.union([failure, z.strictObject({ code: z.string() })])),
  action('session.denied', ['DENIED'], denial),
  action('session.revoked', ['SUCCEEDED'], reasonKeptApart),
  action('session.expired', ['SUCCEEDED'], z.strictObject({ expiresAt: time })),
  action(
    'usage.reported',
    ['SUCCEEDED'],
    z.strictObject({
      ...response,
      model: z.string(),
      at: time,
      totalTokens: z.int(),
      costUsd: usd.nullable(),
      counted: z.boolean(),
      replaced: z.boolean(),
    }),
  ),
  action('usage.conflicted', ['DENIED'], z.strictObject(response)),
  action(
    'usage.corrected',
    ['SUCCEEDED'],
    z.strictObject({ responseId: response.responseId, before: usageNumbers, after: usageNumbers }),
  ),
  action('call.opened', ['SUCCEEDED'], z.strictObject({ deadlineAt: time })),
  // Who it is by asked for the end; nobody did when it is by the system.
  action(
    'call.ended',
    ['SUCCEEDED'],
    reasonKeptApart.extend({
      endReason: z.string(),
      /** Null: it never was connected, as far as is known. */
      connectedAt: time.nullable(),
    }),
  ),
  /** Names of fields as on the wire, never their values. */
  action('call.drifted', ['SUCCEEDED'], z.strictObject({ fields: z.array(z.string()).readonly() })),
  action('secret.identified', ['SUCCEEDED', 'FAILED'], nothing),
  action('user.suspended', ['SUCCEEDED'], reasonKeptApart),
  action('user.reinstated', ['SUCCEEDED'], reasonKeptApart),
  // Signed, so that `audit verify` accepts that the person's identities are gone.
  action('user.erased', ['SUCCEEDED'], z.strictObject({ keyId, mac: hex })),
  action('policy.set', ['SUCCEEDED'], policyColumns),
  action('application.created', ['SUCCEEDED'], z.strictObject({ name: z.string() })),
  action(
    'api_key.created',
    ['SUCCEEDED'],
    z.strictObject({
      apiKeyId: z.uuid(),
      name: z.string(),
      scopes: z.array(z.string()).readonly(),
      reach: z.string(),
      expiresAt: time.nullable(),
      lastFour: z.string(),
    }),
  ),
  action('api_key.revoked', ['SUCCEEDED'], z.strictObject({ apiKeyId: z.uuid(), name: z.string() })),
  action('access.denied', ['DENIED'], z.strictObject({ fields: z.array(z.string()).readonly() })),
  action('partition.dropped', ['SUCCEEDED'], z.strictObject({ ...month, table: z.string(), rows: z.int() })),
  action(
    'trail.checkpointed',
    ['SUCCEEDED'],
    z.union([
      z.strictObject({
        ...checkpointedMonth,
        sequences: z.string(),
        batch: z.int(),
        head: hex,
        keyId,
        mac: hex,
      }),
      // Nothing of the month was sealed.
      z.strictObject(checkpointedMonth),
    ]),
  ),
]);

export type AuditRecord = z.infer<typeof auditRecord>;
export type AuditAction = AuditRecord['action'];
/** The record of an action, e.g. RecordOf<'session.issued'>. */
export type RecordOf<Action extends AuditAction> = Extract<AuditRecord, { action: Action }>;
export type DetailOf<Action extends AuditAction> = RecordOf<Action>['detail'];

export const auditActions: readonly AuditAction[] = auditRecord.options.map(
  ({ shape }) => shape.action.value,
);
const known: ReadonlySet<string> = new Set(auditActions);

/** False for an action that a newer gateway wrote. */
export function isAuditAction(text: string): text is AuditAction {
  return known.has(text);
}
