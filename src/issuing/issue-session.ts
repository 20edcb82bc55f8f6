import { createHmac } from 'node:crypto';
import { type Actor, type Caller, principalKey, type RequestInfo } from '../authorization/actor.ts';
import type { FingerprintKey } from '../platform/redaction/secret.ts';
import type { MintOutcome, Provider } from '../providers/provider.ts';
import { redactConfig, redactLabels, secretsIn } from '../sessions/redact-session.ts';
import { hashInput } from './input-hash.ts';
import type { IssueOutcome, IssueSessionPorts, IssueSessionSettings } from './issue-outcome.ts';
import type { Reservation, ReserveOutcome } from './issue-store.ts';
import { adapt, normalise } from './normalise.ts';
import { type CreateInput, parseCreateInput } from './parse-create-input.ts';
import { repeatOutcome } from './repeat-outcome.ts';
import { settleMint, settleWithinMs } from './settle-mint.ts';

const DEFAULT_TTL_SECONDS = 600;
/** Issues a session for a caller. @throws UnavailableError when the reservation may not have been written */
export type IssueSession = (input: unknown, by: Caller) => Promise<IssueOutcome>;

type Request = { readonly input: unknown; readonly actor: Actor; readonly origin: RequestInfo };

/**
 * Issues a session: reserve (durable before anything is sent), mint (one attempt), settle (durable before
 * the secret leaves). Whatever fails after the reservation leaves a record of it.
 * @throws UnavailableError when the reservation may not have been written; nothing was minted then
 */
export async function issueSession(
  ports: IssueSessionPorts,
  settings: IssueSessionSettings,
  request: Request,
): Promise<IssueOutcome> {
  const { dialect } = ports.provider;
  const { actor } = request;
  const parsed = parseCreateInput(request.input, { dialect, defaultModel: settings.defaultModel, actor });
  if (!parsed.ok) return parsed.outcome;

  const pass = await ports.gate.enter();
  if (typeof pass === 'string') return { kind: 'refused', reason: pass };
  let minted: MintOutcome | null = null;
  try {
    const reserved = await ports.ledger.reserve(
      reservationOf(ports.provider, settings, request, parsed.value),
    );
    if (reserved.kind !== 'reserved') return refusalOf(reserved);
    const reservedAt = ports.monotonicNow();
    minted = await mint(ports, settings, parsed.value, reserved.expiresAfterSeconds);
    return await settleMint(ports, settings, {
      reserved: reserved.session,
      expiresAfterSeconds: reserved.expiresAfterSeconds,
      reservedAt,
      outcome: minted,
      known: secretsIn(parsed.value.session.tools ?? []),
      by: { actor: request.actor, origin: request.origin },
    });
  } finally {
    pass.done(minted);
  }
}

function reservationOf(
  provider: Provider,
  settings: IssueSessionSettings,
  { input: raw, actor, origin }: Request,
  input: CreateInput,
): Reservation {
  const known = secretsIn(input.session.tools ?? []);
  return {
    externalUserId: input.externalUserId,
    applicationId: actor.kind === 'application' ? actor.applicationId : settings.defaultApplicationId,
    provider: provider.name,
    object: input.session.type === 'REALTIME' ? 'realtime.session' : 'realtime.transcription_session',
    config: redactConfig(normalise(provider.dialect, input.session), known),
    labels: redactLabels(input.labels),
    idempotency:
      input.idempotencyKey === null
        ? null
        : {
            key: input.idempotencyKey,
            caller: principalKey(actor),
            inputHashes: hashInput(raw, settings.fingerprintKeys),
            writtenWith: settings.fingerprintKeys[0].id,
          },
    expiresAfterSeconds: input.expiresAfterSeconds,
    defaultTtlSeconds: DEFAULT_TTL_SECONDS,
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
  { provider, monotonicNow, notice }: IssueSessionPorts,
  settings: IssueSessionSettings,
  input: CreateInput,
  expiresAfterSeconds: number,
): Promise<MintOutcome> {
  const startedAt = monotonicNow();
  const outcome = await provider.mint({
    session: adapt(provider.dialect, input.session),
    expiresAfterSeconds,
    safetyIdentifier: safetyIdentifier(input.externalUserId, settings.fingerprintKeys[0]),
  });
  notice({
    kind: 'minted',
    outcome: outcome.kind,
    code: outcome.kind === 'issued' ? 'ok' : outcome.code,
    milliseconds: monotonicNow() - startedAt,
  });
  return outcome;
}

function safetyIdentifier(externalUserId: string, key: FingerprintKey): string {
  return createHmac('sha256', key.bytes).update(`safety-identifier:${externalUserId}`).digest('hex');
}
