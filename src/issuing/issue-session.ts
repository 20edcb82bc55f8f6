import { createHmac } from 'node:crypto';
import { type Caller, principalKey } from '../authorization/actor.ts';
import type { FingerprintKey } from '../platform/redaction/secret.ts';
import type { MintOutcome, Provider } from '../providers/provider.ts';
import type { SessionType } from '../sessions/session-config.ts';
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
  const parsed = parseCreateInput(rawInput, { providers, modelProviders, defaultModel, actor });
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
    minted = await mint(ports, provider, settings, prepared, reserved.expiresAfterSeconds);
    return await settleMint(ports, settings, {
      prepared,
      reserved: reserved.session,
      expiresAfterSeconds: reserved.expiresAfterSeconds,
      reservedAt,
      outcome: minted,
      caller,
    });
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
    defaultTtlSeconds: provider.ttlSeconds.default,
    unpricedModels: findUnpriced(provider.name, outgoing),
    defaultPolicy: settings.defaultPolicy,
    sessionLimitSeconds: provider.longestSessionSeconds,
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

function safetyIdentifier(externalUserId: string, key: FingerprintKey): string {
  return createHmac('sha256', key.bytes).update(`safety-identifier:${externalUserId}`).digest('hex');
}
