import { createHmac } from 'node:crypto';
import type { Actor, Origin } from './actor.ts';
import type { InputIssue } from './input-issue.ts';
import type { Ledger, Settlement } from './ledger.ts';
import { adapt, applyAnswer, normalise } from './normalise.ts';
import { type CreateInput, parseCreateInput } from './parse-create-input.ts';
import type { MintOutcome, Provider } from './provider.ts';
import { redactJson } from './redact-json.ts';
import { redactConfig, redactLabels, secretsIn } from './redact-session.ts';
import { redactText } from './redact-text.ts';
import type { FingerprintKey, Secret } from './secret.ts';
import type { SecretTrace, Session, SessionFailure } from './session.ts';

export type IssueSessionPorts = {
  readonly provider: Provider;
  readonly ledger: Ledger;
  /** Milliseconds of a clock that only goes forward. */
  readonly monotonicNow: () => number;
  /** What operators should hear of, beside the result: never carries a value. */
  readonly notice: (notice: IssueNotice) => void;
};

export type IssueSessionSettings = {
  /** The application that the root key's and the tokens' sessions belong to. */
  readonly defaultApplicationId: string;
  readonly defaultModel: string;
  /** The first one fingerprints. */
  readonly fingerprintKey: FingerprintKey;
  readonly upstreamTimeoutMs: number;
  readonly databaseTimeoutMs: number;
};

export type IssueNotice =
  | {
      readonly kind: 'minted';
      readonly outcome: MintOutcome['kind'];
      readonly code: string;
      readonly milliseconds: number;
    }
  | { readonly kind: 'expiry_in_the_past'; readonly sessionId: string }
  | { readonly kind: 'settling_failed'; readonly sessionId: string; readonly error: unknown };

export type IssueOutcome =
  | { readonly kind: 'invalid'; readonly issues: readonly InputIssue[] }
  /** The one moment at which the secret leaves: its record is committed. */
  | { readonly kind: 'issued'; readonly session: Session; readonly secret: Secret; readonly expiresAt: Date }
  | {
      readonly kind: 'not_issued';
      readonly session: Session;
      readonly failure: SessionFailure;
      readonly retryable: boolean;
      readonly possiblyIssued: boolean;
    };

type Request = { readonly input: unknown; readonly actor: Actor; readonly origin: Origin };

/**
 * Issues a session: reserve (durable before anything is sent), mint (one attempt), settle (durable before
 * the secret leaves). Whatever fails after the reservation leaves a record of it.
 * @throws LedgerUnavailableError when the reservation may not have been written; nothing was minted then
 */
export async function issueSession(
  ports: IssueSessionPorts,
  settings: IssueSessionSettings,
  request: Request,
): Promise<IssueOutcome> {
  const { provider, ledger, monotonicNow } = ports;
  const parsed = parseCreateInput(request.input, {
    dialect: provider.dialect,
    defaultModel: settings.defaultModel,
  });
  if (!parsed.ok) return { kind: 'invalid', issues: parsed.issues };
  const input = parsed.value;
  const known = secretsIn(input.session.tools ?? []);

  const reserved = await ledger.reserve({
    externalUserId: input.externalUserId,
    applicationId: settings.defaultApplicationId,
    provider: provider.name,
    object: input.session.type === 'REALTIME' ? 'realtime.session' : 'realtime.transcription_session',
    config: redactConfig(normalise(provider.dialect, input.session), known),
    labels: redactLabels(input.labels),
    expiresAfterSeconds: input.expiresAfterSeconds,
    sessionLimitSeconds: provider.longestSessionSeconds,
    settleWithinMs: settings.upstreamTimeoutMs + settleMarginMs(settings),
    actor: request.actor,
    origin: request.origin,
  });
  const reservedAt = monotonicNow();

  const outcome = await provider.mint({
    session: adapt(provider.dialect, input.session),
    expiresAfterSeconds: input.expiresAfterSeconds,
    safetyIdentifier: safetyIdentifier(input.externalUserId, settings.fingerprintKey),
  });
  ports.notice({
    kind: 'minted',
    outcome: outcome.kind,
    code: outcome.kind === 'issued' ? 'ok' : outcome.code,
    milliseconds: monotonicNow() - reservedAt,
  });

  // The database's clock was read before the reservation's answer arrived, so this never runs ahead of it.
  const databaseNow = () => reserved.createdAt.getTime() + (monotonicNow() - reservedAt);
  const settle = (settlement: Settlement) =>
    ledger.settle(reserved.id, settlement, {
      actor: request.actor,
      origin: request.origin,
      notAfter: new Date(databaseNow() + settings.databaseTimeoutMs),
    });

  if (outcome.kind !== 'issued') return recordRefusal(ports, reserved, outcome, settle);
  const trace = traceOf(outcome, { reserved, input, settings });
  if (trace.expiresAt.getTime() < databaseNow())
    ports.notice({ kind: 'expiry_in_the_past', sessionId: reserved.id });
  return recordIssue(ports, { reserved, outcome, trace, known, settle });
}

/** Time to settle once upstream has answered: two statements that each take as long as they may, and some air. */
function settleMarginMs(settings: IssueSessionSettings): number {
  return 2 * settings.databaseTimeoutMs + 1000;
}

type Settle = (settlement: Settlement) => Promise<Session | null>;
type Issued = Extract<MintOutcome, { kind: 'issued' }>;

async function recordRefusal(
  ports: IssueSessionPorts,
  reserved: Session,
  outcome: Exclude<MintOutcome, Issued>,
  settle: Settle,
): Promise<IssueOutcome> {
  const { code, upstreamStatus, upstreamCode, upstreamRequestId } = outcome;
  const failure: SessionFailure = { code, upstreamStatus, upstreamCode, upstreamRequestId };
  const settled = await orNull(ports, reserved, settle({ kind: outcome.kind, failure }));
  if (outcome.kind === 'failed' && settled !== null) {
    return {
      kind: 'not_issued',
      session: settled,
      failure,
      retryable: outcome.retryable,
      possiblyIssued: false,
    };
  }
  const session = settled ?? asUnconfirmed(reserved, failure);
  // A refusal that could not be written reads as UNCONFIRMED from now on; what is known of it is still told.
  const possiblyIssued = outcome.kind === 'unconfirmed';
  return {
    kind: 'not_issued',
    session,
    failure,
    retryable: outcome.kind === 'unconfirmed' || outcome.retryable,
    possiblyIssued,
  };
}

async function recordIssue(
  ports: IssueSessionPorts,
  mint: {
    readonly reserved: Session;
    readonly outcome: Issued;
    readonly trace: SecretTrace;
    readonly known: readonly Secret[];
    readonly settle: Settle;
  },
): Promise<IssueOutcome> {
  const { reserved, outcome, trace, settle } = mint;
  const known = [outcome.secret, ...mint.known];
  const issued = (session: Session): IssueOutcome => ({
    kind: 'issued',
    session,
    secret: outcome.secret,
    expiresAt: trace.expiresAt,
  });

  const settled = await orNull(
    ports,
    reserved,
    settle({
      kind: 'issued',
      secret: trace,
      upstreamSessionId:
        outcome.upstreamSessionId === null ? null : redactText(outcome.upstreamSessionId, known),
      config: redactConfig(applyAnswer(reserved.config, outcome.answered), known),
      upstreamConfig: outcome.rawSession === null ? null : redactJson(outcome.rawSession, known),
    }),
  );
  if (settled !== null) return issued(settled);

  const failure: SessionFailure = {
    code: 'not_recorded',
    upstreamStatus: outcome.upstreamStatus,
    upstreamCode: null,
    upstreamRequestId: outcome.upstreamRequestId,
  };
  const unconfirmed = await orNull(ports, reserved, settle({ kind: 'unconfirmed', failure }));
  if (unconfirmed === null) {
    // Neither write was seen to succeed. Perhaps the first one did and only its answer was lost: then the
    // record has this secret's fingerprint, and handing it over is what the record says.
    const found = await orNull(ports, reserved, ports.ledger.find(reserved.id));
    if (found?.secret?.fingerprint === trace.fingerprint) return issued(found);
  }
  const session = unconfirmed ?? asUnconfirmed(reserved, failure);
  return { kind: 'not_issued', session, failure, retryable: true, possiblyIssued: true };
}

/** Waits for a write after the mint. It must not throw past here: the caller has to learn what became of the mint. */
async function orNull(
  ports: IssueSessionPorts,
  reserved: Session,
  write: Promise<Session | null>,
): Promise<Session | null> {
  try {
    return await write;
  } catch (error) {
    ports.notice({ kind: 'settling_failed', sessionId: reserved.id, error });
    return null;
  }
}

function traceOf(
  outcome: Issued,
  { reserved, input, settings }: { reserved: Session; input: CreateInput; settings: IssueSessionSettings },
): SecretTrace {
  const latest = reserved.createdAt.getTime() + input.expiresAfterSeconds * 1000 + settings.upstreamTimeoutMs;
  return {
    ...outcome.secret.hint(),
    fingerprint: outcome.secret.fingerprint(settings.fingerprintKey),
    fingerprintKeyId: settings.fingerprintKey.id,
    expiresAt: outcome.expiresAt ?? new Date(latest),
  };
}

/** What the ledger shows of a session that was never settled, once its deadline has passed. */
function asUnconfirmed(reserved: Session, failure: SessionFailure): Session {
  return { ...reserved, status: 'UNCONFIRMED', failure };
}

function safetyIdentifier(externalUserId: string, key: FingerprintKey): string {
  return createHmac('sha256', key.bytes).update(`safety-identifier:${externalUserId}`).digest('hex');
}
