import type { Actor } from '../authorization/actor.ts';
import { type InputIssue, toInputIssues } from '../platform/validation/input-issue.ts';
import { dialects } from '../providers/dialects.ts';
import type { Dialect, TtlSeconds } from '../providers/provider.ts';
import type { Label, SessionRequest } from '../sessions/session-config.ts';
import { issuesOfDialect } from './check-dialect.ts';
import { createInputSchema } from './create-input-schema.ts';

// The realtime models cannot be used for a session that only transcribes; this one streams as they do.
const DEFAULT_TRANSCRIPTION_MODEL = 'gpt-live-transcribe';

export type CreateInput = {
  readonly externalUserId: string;
  readonly idempotencyKey: string | null;
  /** Null: the default. */
  readonly expiresAfterSeconds: number | null;
  readonly session: SessionRequest;
  readonly labels: readonly Label[];
};

/**
 * Checks the input of createRealtimeSession: every field by itself, then against the provider. What its dialect has no
 * words for is refused, never dropped. A person asks for themself: they may leave externalUserId out,
 * and may name nobody else.
 */
export function parseCreateInput(
  rawInput: unknown,
  {
    dialect,
    ttlSeconds,
    defaultModel,
    actor,
  }: { dialect: Dialect; ttlSeconds: TtlSeconds; defaultModel: string; actor: Actor },
): { ok: true; value: CreateInput } | { ok: false; outcome: InputRefusal } {
  const parsed = createInputSchema.safeParse(rawInput);
  if (!parsed.success) return invalid(toInputIssues(parsed.error));

  const {
    externalUserId: requestedUserId,
    idempotencyKey,
    expiresAfterSeconds,
    labels,
    type = 'REALTIME',
    model,
    extra,
    ...fields
  } = parsed.data;
  if (actor.kind === 'user' && requestedUserId !== undefined && requestedUserId !== actor.externalId)
    return { ok: false, outcome: { kind: 'forbidden' } };
  const externalUserId = actor.kind === 'user' ? actor.externalId : requestedUserId;
  const issues = [
    ...issuesOfDialect(parsed.data, dialects[dialect]),
    ...issuesOfTtl(expiresAfterSeconds, ttlSeconds),
  ];
  if (externalUserId === undefined)
    return invalid([{ path: ['externalUserId'], message: 'is needed' }, ...issues]);
  if (issues.length > 0) return invalid(issues);

  const fallback =
    type === 'REALTIME'
      ? defaultModel
      : (fields.inputAudioTranscription?.model ?? DEFAULT_TRANSCRIPTION_MODEL);
  const session: SessionRequest = { ...fields, type, model: model ?? fallback, extra: extra ?? {} };
  return {
    ok: true,
    value: {
      externalUserId,
      idempotencyKey: idempotencyKey ?? null,
      expiresAfterSeconds: expiresAfterSeconds ?? null,
      session: type === 'TRANSCRIPTION' ? withOneModel(session) : session,
      labels: labels ?? [],
    },
  };
}

function issuesOfTtl(asked: number | undefined, { min, max }: TtlSeconds): InputIssue[] {
  if (asked === undefined || (asked >= min && asked <= max)) return [];
  const message = `must be from ${min} to ${max} with the configured provider`;
  return [{ path: ['expiresAfterSeconds'], message }];
}

type InputRefusal =
  | { readonly kind: 'forbidden' }
  | { readonly kind: 'invalid'; readonly issues: readonly InputIssue[] };

function invalid(issues: readonly InputIssue[]): { ok: false; outcome: InputRefusal } {
  return { ok: false, outcome: { kind: 'invalid', issues } };
}

/** A transcription session has one model. The caller may name it in either of two places; afterwards it stands in both. */
function withOneModel(session: SessionRequest): SessionRequest {
  const asked = session.inputAudioTranscription ?? { language: null, prompt: null };
  return { ...session, inputAudioTranscription: { ...asked, model: session.model } };
}
