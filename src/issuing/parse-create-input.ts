import type { Actor } from '../authorization/actor.ts';
import { type InputIssue, toInputIssues } from '../platform/validation/input-issue.ts';
import { dialects } from '../providers/dialects.ts';
import type { Dialect } from '../providers/provider.ts';
import type { Label, SessionRequest } from '../sessions/session-config.ts';
import { issuesOfDialect } from './check-dialect.ts';
import { issuesOfModel } from './check-model.ts';
import { createInputSchema, type ParsedCreateInput } from './create-input-schema.ts';

// The realtime models neither only transcribe nor only translate; these stream as they do.
const DEFAULT_TRANSCRIPTION_MODEL = 'gpt-live-transcribe';
const DEFAULT_TRANSLATION_MODEL = 'gpt-realtime-translate';

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
  {
    dialect,
    isSandbox,
    defaultModel,
    actor,
  }: { dialect: Dialect; isSandbox: boolean; defaultModel: string; actor: Actor },
): { ok: true; value: CreateInput } | { ok: false; outcome: InputRefusal } {
  const parsed = createInputSchema.safeParse(rawInput);
  if (!parsed.success) return invalid(toInputIssues(parsed.error));

  const {
    externalUserId: requestedUserId,
    idempotencyKey,
    expiresAfterSeconds,
    labels,
    type = 'REALTIME',
    model: _,
    extra,
    ...fields
  } = parsed.data;
  if (actor.kind === 'user' && requestedUserId !== undefined && requestedUserId !== actor.externalId)
    return { ok: false, outcome: { kind: 'forbidden' } };
  const externalUserId = actor.kind === 'user' ? actor.externalId : requestedUserId;
  const model = modelOf(parsed.data, defaultModel);
  const issues = [
    ...issuesOfDialect(parsed.data, dialects[dialect]),
    ...issuesOfModel(parsed.data, model, { isSandbox }),
  ];
  if (externalUserId === undefined)
    return invalid([{ path: ['externalUserId'], message: 'is needed' }, ...issues]);
  if (issues.length > 0) return invalid(issues);

  const session: SessionRequest = { ...fields, type, model, extra: extra ?? {} };
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

/** The model that is named, else the default of the type of session. */
function modelOf({ type, model, inputAudioTranscription }: ParsedCreateInput, defaultModel: string): string {
  if (model !== undefined) return model;
  switch (type) {
    case undefined:
    case 'REALTIME':
      return defaultModel;
    case 'TRANSCRIPTION':
      return inputAudioTranscription?.model ?? DEFAULT_TRANSCRIPTION_MODEL;
    case 'TRANSLATION':
      return DEFAULT_TRANSLATION_MODEL;
    default:
      return type satisfies never;
  }
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
