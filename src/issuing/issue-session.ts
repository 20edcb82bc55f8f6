import { type Caller, principalKey } from '../authorization/actor.ts';
import type { MintOutcome, Provider } from '../providers/provider.ts';
import { withoutCredentials } from '../sessions/redact-session.ts';
import type { Session } from '../sessions/session.ts';
import type { SessionType } from '../sessions/session-config.ts';
import { safetyIdentifier } from '../users/safety-identifier.ts';
import { BROKERED_TTL, createBrokeredSecret } from './brokered-secret.ts';
import type { IssueOutcome, IssueSessionPorts, IssueSessionSettings } from './issue-outcome.ts';
import type { Reservation, ReserveOutcome } from './issue-store.ts';
import { parseCreateInput } from './parse-create-input.ts';
import { type PreparedRequest, prepareRequest } from './prepare-request.ts';
import { repeatOutcome } from './repeat-outcome.ts';
import { settleMint, settleWithinMs } from './settle-mint.ts';

// As upstream names them. It names no object in the answer for a translation session.
const OBJECTS = {
  REALTIME: 'realtime.session',
  TRANSCRIPTION: 'realtime.transcription_session',
  TRANSLATION: 'realtime.translation_session',
} as const satisfies Record<SessionType, string>;

/** Issues a session for a caller. @throws UnavailableError when the reservation may not have been written */
export type IssueSession = (rawInput: unknown, caller: Caller) => Promise<IssueOutcome>;

type IssueRequest = Caller & { readonly rawInput: unknown };

/**
 * Issues a session: reserve (durable before anything is sent), mint (one attempt), settle (durable before
 * the secret leaves). Whatever fails after the reservation leaves a record of it.
 * @throws UnavailableError when the reservation may not have been written; nothing was minted then
 */
export async function issueSession(
  ports: IssueSessionPorts,
  settings: IssueSessionSettings,
  { rawInput, actor, origin }: IssueRequest,
): Promise<IssueOutcome> {
  const { defaultModel, modelProviders, fingerprintKeys } = settings;
  const { providers } = ports;
  const parsed = parseCreateInput(rawInput, {
    providers,
    modelProviders,
    defaultModel,
    callUrl: ports.callUrl(),
    actor,
  });
  if (!parsed.ok) return parsed.outcome;

  const { provider } = parsed;
  const permit = await provider.admission.acquire(principalKey(actor), parsed.value.externalUserId);
  if (typeof permit === 'string') return { kind: 'refused', reason: permit };
  let minted: MintOutcome | null = null;
  try {
    // Prepared only now: a request that finds no room must cost little.
    const { dialect } = provider;
    const prepared = prepareRequest(rawInput, parsed.value, { dialect, fingerprintKeys, actor });
    const caller = { actor, origin };
    const reserved = await ports.store
      .reserve(reservationOf(ports, provider, settings, prepared, caller))
      .finally(permit.reserved);
    if (reserved.kind !== 'reserved') return refusalOf(reserved);
    const reservedAt = ports.monotonicNow();
    const { session, expiresAfterSeconds } = reserved;
    const settle = (outcome: MintOutcome) =>
      settleMint(ports, settings, {
        prepared,
        reserved: session,
        expiresAfterSeconds,
        reservedAt,
        outcome,
        caller,
      });
    if (prepared.input.brokered !== null)
      return withCallUrl(await settle(makeOwnSecret(session, expiresAfterSeconds)), ports.callUrl());
    minted = await mint(ports, provider, settings, prepared, expiresAfterSeconds);
    return await settle(minted);
  } finally {
    permit.release(minted);
  }
}

function reservationOf(
  { findUnpriced }: IssueSessionPorts,
  provider: Provider,
  settings: IssueSessionSettings,
  { input, outgoing, config, labels, idempotency }: PreparedRequest,
  { actor, origin }: Caller,
): Reservation {
  return {
    externalUserId: input.externalUserId,
    applicationId: actor.kind === 'application' ? actor.applicationId : settings.defaultApplicationId,
    provider: provider.name,
    object: OBJECTS[config.type],
    config,
    labels,
    idempotency,
    expiresAfterSeconds: input.expiresAfterSeconds,
    defaultTtlSeconds: (input.brokered === null ? provider.ttlSeconds : BROKERED_TTL).default,
    unpricedModels: findUnpriced(provider.name, outgoing),
    defaultPolicy: settings.defaultPolicy,
    sessionLimitSeconds: provider.longestSessionSeconds,
    brokered:
      input.brokered === null
        ? null
        : {
            maxCallSeconds: input.brokered.maxCallSeconds,
            idleSeconds: input.brokered.idleSeconds ?? settings.callIdleSeconds,
            callRequest: { ...outgoing, tools: outgoing.tools?.map(withoutCredentials) },
          },
    settleWithinMs: settleWithinMs(settings),
    actor,
    origin,
  };
}

function refusalOf(outcome: Exclude<ReserveOutcome, { kind: 'reserved' }>): IssueOutcome {
  switch (outcome.kind) {
    case 'repeated':
      return repeatOutcome(outcome.session);
    case 'conflict':
      return { kind: 'conflict', reason: 'DIFFERENT_INPUT' };
    case 'suspended':
    case 'policy':
    case 'quota':
      return outcome;
    default:
      return outcome satisfies never;
  }
}

/** The secret of a BROKERED session, which nobody upstream knows. It expires by the database's clock. */
function makeOwnSecret(reserved: Session, expiresAfterSeconds: number): MintOutcome {
  return {
    kind: 'issued',
    secret: createBrokeredSecret(),
    expiresAt: new Date(reserved.createdAt.getTime() + expiresAfterSeconds * 1000),
    upstreamStatus: null,
    upstreamCode: null,
    upstreamRequestId: null,
    upstreamSessionId: null,
    answered: {},
    rawSession: null,
  };
}

function withCallUrl(outcome: IssueOutcome, callUrl: string | null): IssueOutcome {
  return outcome.kind === 'issued' ? { ...outcome, callUrl } : outcome;
}

async function mint(
  { monotonicNow, onEvent }: IssueSessionPorts,
  provider: Provider,
  { fingerprintKeys }: IssueSessionSettings,
  { outgoing, input }: PreparedRequest,
  expiresAfterSeconds: number,
): Promise<MintOutcome> {
  const startedAt = monotonicNow();
  const outcome = await provider.mint({
    session: outgoing,
    expiresAfterSeconds,
    safetyIdentifier: safetyIdentifier(input.externalUserId, fingerprintKeys[0]),
  });
  onEvent({
    kind: 'minted',
    provider: provider.name,
    outcome: outcome.kind,
    code: outcome.kind === 'issued' ? 'ok' : outcome.code,
    milliseconds: monotonicNow() - startedAt,
  });
  return outcome;
}
