import type { Actor } from '../authorization/actor.ts';
import { type InputIssue, toInputIssues } from '../platform/validation/input-issue.ts';
import { dialects } from '../providers/dialects.ts';
import type { Dialect } from '../providers/provider.ts';
import { emptyTranscription, type Label, type SessionRequest } from '../sessions/session-config.ts';
import { issuesOfDialect } from './check-dialect.ts';
import { DEFAULT_TRANSCRIPTION_MODEL } from './check-transcription.ts';
import { createInputSchema } from './create-input-schema.ts';

export type CreateInput = {
  readonly externalUserId: string;
  readonly idempotencyKey: string | null;
  /** Null: the default. */
  readonly expiresAfterSeconds: number | null;
  readonly session: SessionRequest;
  readonly labels: readonly Label[];
};

/**
 * Checks the input of createRealtimeSession: every field by itself, then against the provider's dialect. What the
 * dialect has no words for is refused, never dropped. A person asks for themself: they may leave externalUserId out,
 * and may name nobody else.
 */
export function parseCreateInput(
  rawInput: unknown,
  { dialect, defaultModel, actor }: { dialect: Dialect; defaultModel: string; actor: Actor },
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
  const issues = [...issuesOfDialect(parsed.data, dialects[dialect])];
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

type InputRefusal =
  | { readonly kind: 'forbidden' }
  | { readonly kind: 'invalid'; readonly issues: readonly InputIssue[] };

function invalid(issues: readonly InputIssue[]): { ok: false; outcome: InputRefusal } {
  return { ok: false, outcome: { kind: 'invalid', issues } };
}

/** A transcription session has one model. The caller may name it in either of two places; afterwards it stands in both. */
function withOneModel(session: SessionRequest): SessionRequest {
  const asked = session.inputAudioTranscription ?? emptyTranscription;
  return { ...session, inputAudioTranscription: { ...asked, model: session.model } };
}
