import type { Actor } from '../authorization/actor.ts';
import { type InputIssue, toInputIssues } from '../platform/validation/input-issue.ts';
import { dialects } from '../providers/dialects.ts';
import type { Dialect } from '../providers/provider.ts';
import type { Label, SessionRequest } from '../sessions/session-config.ts';
import { issuesOfDialect } from './check-dialect.ts';
import { createInputSchema } from './create-input-schema.ts';

// The realtime models do not transcribe on their own; this one is their streaming sibling.
const DEFAULT_TRANSCRIPTION_MODEL = 'gpt-live-transcribe';

export type CreateInput = {
  readonly externalUserId: string;
  readonly idempotencyKey: string | null;
  /** Null when the caller leaves it to the default. */
  readonly expiresAfterSeconds: number | null;
  readonly session: SessionRequest;
  readonly labels: readonly Label[];
};

/**
 * Checks the input of createRealtimeSession: every field by itself, then against what the provider's
 * dialect can say. What the dialect cannot say is refused, never dropped. A person asks for itself: it need not say
 * so, and may name nobody else.
 */
export function parseCreateInput(
  input: unknown,
  { dialect, defaultModel, actor }: { dialect: Dialect; defaultModel: string; actor: Actor },
): { ok: true; value: CreateInput } | { ok: false; outcome: Refusal } {
  const parsed = createInputSchema.safeParse(input);
  if (!parsed.success) return invalid(toInputIssues(parsed.error));

  const {
    externalUserId: named,
    idempotencyKey,
    expiresAfterSeconds,
    labels,
    type = 'REALTIME',
    model,
    extra,
    ...given
  } = parsed.data;
  if (actor.kind === 'user' && named !== undefined && named !== actor.externalId)
    return { ok: false, outcome: { kind: 'forbidden' } };
  const externalUserId = actor.kind === 'user' ? actor.externalId : named;
  const issues = [...issuesOfDialect(parsed.data, dialects[dialect])];
  if (externalUserId === undefined)
    return invalid([{ path: ['externalUserId'], message: 'is needed' }, ...issues]);
  if (issues.length > 0) return invalid(issues);

  const fallback =
    type === 'REALTIME'
      ? defaultModel
      : (given.inputAudioTranscription?.model ?? DEFAULT_TRANSCRIPTION_MODEL);
  const session: SessionRequest = { ...given, type, model: model ?? fallback, extra: extra ?? {} };
  return {
    ok: true,
    value: {
      externalUserId,
      idempotencyKey: idempotencyKey ?? null,
      expiresAfterSeconds: expiresAfterSeconds ?? null,
      session: type === 'TRANSCRIPTION' ? namingItsModel(session) : session,
      labels: labels ?? [],
    },
  };
}

type Refusal =
  | { readonly kind: 'forbidden' }
  | { readonly kind: 'invalid'; readonly issues: readonly InputIssue[] };

function invalid(issues: readonly InputIssue[]): { ok: false; outcome: Refusal } {
  return { ok: false, outcome: { kind: 'invalid', issues } };
}

/** A transcription session has one model, whichever of its two places the caller named it in. */
function namingItsModel(session: SessionRequest): SessionRequest {
  const asked = session.inputAudioTranscription ?? { language: null, prompt: null };
  return { ...session, inputAudioTranscription: { ...asked, model: session.model } };
}
