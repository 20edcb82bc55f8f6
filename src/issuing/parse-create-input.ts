import type { Actor } from '../authorization/actor.ts';
import { type InputIssue, toInputIssues } from '../platform/validation/input-issue.ts';
import { dialects } from '../providers/dialects.ts';
import type { Provider, TtlSeconds } from '../providers/provider.ts';
import { emptyTranscription, type Label, type SessionRequest } from '../sessions/session-config.ts';
import { issuesOfConnection, issuesOfStoring } from './check-connection.ts';
import { issuesOfDialect } from './check-dialect.ts';
import { issuesOfModel } from './check-model.ts';
import { DEFAULT_TRANSCRIPTION_MODEL } from './check-transcription.ts';
import { chooseProvider, type ProviderChoice } from './choose-provider.ts';
import { createInputSchema, type ParsedCreateInput } from './create-input-schema.ts';

// The realtime models do not only translate; this one streams as they do.
const DEFAULT_TRANSLATION_MODEL = 'gpt-realtime-translate';

export type CreateInput = {
  readonly externalUserId: string;
  readonly idempotencyKey: string | null;
  /** Null: the default. */
  readonly expiresAfterSeconds: number | null;
  readonly session: SessionRequest;
  readonly labels: readonly Label[];
  /** Null: the session is DIRECT. Null in it: what the configuration or the policy says. */
  readonly brokered: { readonly maxCallSeconds: number | null; readonly idleSeconds: number | null } | null;
};

type ProviderOfInput = Pick<Provider, 'dialect' | 'ttlSeconds' | 'isSandbox' | 'calls' | 'mints'>;
type ParseOptions<P extends { readonly name: string }> = ProviderChoice<P> & {
  readonly defaultModel: string;
  /** Where the offers of BROKERED sessions go; null: they are refused. */
  readonly callUrl: string | null;
  readonly actor: Actor;
};
type IssueOptions = {
  readonly model: string;
  readonly callUrl: string | null;
  readonly configured: readonly { readonly name: string }[];
};

/**
 * Checks the input of createRealtimeSession: every field by itself, then against the provider that mints it. What its
 * dialect has no words for is refused, never dropped. A person asks for themself: they may leave externalUserId out,
 * and may name nobody else.
 */
export function parseCreateInput<P extends ProviderOfInput & { readonly name: string }>(
  rawInput: unknown,
  { defaultModel, callUrl, actor, ...choice }: ParseOptions<P>,
): { ok: true; value: CreateInput; provider: P } | { ok: false; outcome: InputRefusal } {
  const parsed = createInputSchema.safeParse(rawInput);
  if (!parsed.success) return invalid(toInputIssues(parsed.error));

  const {
    externalUserId: requestedUserId,
    idempotencyKey,
    expiresAfterSeconds,
    labels,
    type = 'REALTIME',
    model: _,
    provider: named,
    extra,
    connection,
    maxCallSeconds = null,
    idleSeconds = null,
    ...fields
  } = parsed.data;
  if (actor.kind === 'user' && requestedUserId !== undefined && requestedUserId !== actor.externalId)
    return { ok: false, outcome: { kind: 'forbidden' } };
  const externalUserId = actor.kind === 'user' ? actor.externalId : requestedUserId;
  const model = modelOf(parsed.data, defaultModel);
  const provider = chooseProvider(choice, { named, model });
  const issues = issuesAt(provider, parsed.data, { model, callUrl, configured: choice.providers });
  if (externalUserId === undefined)
    return invalid([{ path: ['externalUserId'], message: 'is needed' }, ...issues]);
  if (provider === null || issues.length > 0) return invalid(issues);

  const session: SessionRequest = { ...fields, type, model, extra: extra ?? {} };
  const brokered = connection === 'BROKERED' ? { maxCallSeconds, idleSeconds } : null;
  const unstorable = brokered === null ? [] : [...issuesOfStoring(provider.dialect, session)];
  if (unstorable.length > 0) return invalid(unstorable);
  return {
    ok: true,
    provider,
    value: {
      externalUserId,
      idempotencyKey: idempotencyKey ?? null,
      expiresAfterSeconds: expiresAfterSeconds ?? null,
      session: type === 'TRANSCRIPTION' ? withOneModel(session) : session,
      labels: labels ?? [],
      brokered,
    },
  };
}

function issuesOfTtl(asked: number | undefined, { min, max }: TtlSeconds): InputIssue[] {
  if (asked === undefined || (asked >= min && asked <= max)) return [];
  const message = `must be from ${min} to ${max} with this provider`;
  return [{ path: ['expiresAfterSeconds'], message }];
}

type InputRefusal =
  | { readonly kind: 'forbidden' }
  | { readonly kind: 'invalid'; readonly issues: readonly InputIssue[] };

function invalid(issues: readonly InputIssue[]): { ok: false; outcome: InputRefusal } {
  return { ok: false, outcome: { kind: 'invalid', issues } };
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

function issuesAt(
  provider: ProviderOfInput | null,
  input: ParsedCreateInput,
  { model, callUrl, configured }: IssueOptions,
): InputIssue[] {
  if (provider !== null)
    return [
      ...issuesOfDialect(input, dialects[provider.dialect]),
      ...issuesOfModel(input, model, provider),
      ...issuesOfConnection(input, provider, callUrl),
      ...(input.connection === 'BROKERED' ? [] : issuesOfTtl(input.expiresAfterSeconds, provider.ttlSeconds)),
    ];
  const names = configured.map(({ name }) => name).join(', ');
  return [{ path: ['provider'], message: `must be one of the configured providers: ${names}` }];
}

/** A transcription session has one model. The caller may name it in either of two places; afterwards it stands in both. */
function withOneModel(session: SessionRequest): SessionRequest {
  const asked = session.inputAudioTranscription ?? emptyTranscription;
  return { ...session, inputAudioTranscription: { ...asked, model: session.model } };
}
