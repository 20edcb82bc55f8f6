import type { Caller } from '../authorization/actor.ts';
import { type RemoveSecrets, secretRemover } from '../platform/redaction/known-secrets.ts';
import { redactJson } from '../platform/redaction/redact-json.ts';
import { redactText } from '../platform/redaction/redact-text.ts';
import type { Secret } from '../platform/redaction/secret.ts';
import { equalJson } from '../platform/validation/json.ts';
import type { MintOutcome } from '../providers/provider.ts';
import { redactConfig } from '../sessions/redact-session.ts';
import type { Session, SessionFailure, StoredSecret } from '../sessions/session.ts';
import type { AnsweredConfig, SessionConfig } from '../sessions/session-config.ts';
import { applyAnswer } from './apply-answer.ts';
import { droppedAs, failureOf } from './failure-of.ts';
import type { IssueOutcome, IssueSessionPorts, IssueSessionSettings } from './issue-outcome.ts';
import type { Settlement } from './issue-store.ts';
import type { PreparedRequest } from './prepare-request.ts';

type Mint = {
  readonly prepared: PreparedRequest;
  readonly reserved: Session;
  readonly expiresAfterSeconds: number;
  /** When the reservation's answer arrived, by the monotonic clock. */
  readonly reservedAt: number;
  readonly outcome: MintOutcome;
  readonly caller: Caller;
};
// Upstream may have a least lifetime, of ten minutes as its default is, and a clock of its own.
const EXPIRY_SLACK_MS = 600_000;

type Issued = Extract<MintOutcome, { kind: 'issued' }>;
/**
 * The result of a statement after the mint: the session, or null when no row matched. `seen: false`: it failed, and
 * whether it was committed is unknown.
 */
type Write = { readonly seen: true; readonly session: Session | null } | { readonly seen: false };

/**
 * How long after its reservation a session can be settled, in milliseconds: the deadline of the mint, the time-outs of
 * two statements, and a second to spare.
 */
export function settleWithinMs({ upstreamTimeoutMs, databaseTimeoutMs }: IssueSessionSettings): number {
  return upstreamTimeoutMs + 2 * databaseTimeoutMs + 1000;
}

/**
 * Records the outcome of a mint. A secret is returned only when its record is known to be committed; otherwise it is
 * dropped. Never throws: the client must be told what became of the mint.
 */
export async function settleMint(
  ports: IssueSessionPorts,
  settings: IssueSessionSettings,
  mint: Mint,
): Promise<IssueOutcome> {
  const { outcome, reserved } = mint;
  // The database's clock was read before the reservation's answer arrived, so this estimate never runs ahead of it.
  const databaseNow = () => reserved.createdAt.getTime() + (ports.monotonicNow() - mint.reservedAt);
  const deadline = reserved.createdAt.getTime() + settleWithinMs(settings);
  const attempt = async (write: Promise<Session | null>): Promise<Write> => {
    try {
      return { seen: true, session: await write };
    } catch (error) {
      ports.onEvent({ kind: 'settling_failed', sessionId: reserved.id, error });
      return { seen: false };
    }
  };
  const settle = (settlement: Settlement) =>
    attempt(
      ports.store.settle(reserved, settlement, {
        ...mint.caller,
        // Never so late that it could be committed after the deadline: between the deadline and the commit, quotas
        // would count the session neither as pending nor as issued.
        notAfter: new Date(
          Math.min(databaseNow() + settings.databaseTimeoutMs, deadline - settings.databaseTimeoutMs),
        ),
      }),
    );

  if (outcome.kind !== 'issued') {
    const failure = failureOf(outcome, mint.prepared.secrets, databaseNow());
    return recordRefusal({ reserved, outcome, failure, settle });
  }
  const expiry = believedExpiry(outcome.expiresAt, mint, settings);
  const stored = toStoredSecret(outcome.secret, expiry.at, settings);
  const odd = { kind: 'odd_expiry', provider: reserved.provider, sessionId: reserved.id } as const;
  if (expiry.isTooLate) ports.onEvent({ ...odd, why: 'too_late' });
  if (expiry.at.getTime() < databaseNow()) ports.onEvent({ ...odd, why: 'past' });
  const readBack = () => attempt(ports.store.readOwnRecord(reserved.id));
  return recordIssue({ mint, outcome, stored, settle, readBack });
}

async function recordRefusal({
  reserved,
  outcome,
  failure,
  settle,
}: {
  readonly reserved: Session;
  readonly outcome: Exclude<MintOutcome, Issued>;
  readonly failure: SessionFailure;
  readonly settle: (settlement: Settlement) => Promise<Write>;
}): Promise<IssueOutcome> {
  const settled = await settle({ kind: outcome.kind, failure });
  const recorded = settled.seen ? settled.session : null;
  return {
    kind: 'not_issued',
    // A refusal that could not be written reads as UNCONFIRMED later on. The client is told the refusal all the same.
    session: recorded ?? asUnconfirmed(reserved, failure),
    failure,
    retryable: outcome.kind === 'unconfirmed' || outcome.retryable,
    possiblyIssued: outcome.kind === 'unconfirmed',
  };
}

async function recordIssue({
  mint,
  outcome,
  stored,
  settle,
  readBack,
}: {
  readonly mint: Mint;
  readonly outcome: Issued;
  readonly stored: StoredSecret;
  readonly settle: (settlement: Settlement) => Promise<Write>;
  readonly readBack: () => Promise<Write>;
}): Promise<IssueOutcome> {
  const { reserved, prepared } = mint;
  // Upstream may repeat the credentials of the request, and the new secret, anywhere in its answer.
  const removeSecrets = secretRemover([outcome.secret, ...prepared.secrets]);
  const issued = (session: Session): IssueOutcome => ({
    kind: 'issued',
    // The name is known; a user that is erased meanwhile has no session issued.
    session: { ...session, externalUserId: prepared.input.externalUserId },
    secret: outcome.secret,
    expiresAt: stored.expiresAt,
    callUrl: null,
  });

  const settled = await settle({
    kind: 'issued',
    secret: stored,
    upstreamSessionId:
      outcome.upstreamSessionId === null ? null : redactText(outcome.upstreamSessionId, removeSecrets),
    config: settledConfig(reserved.config, outcome.answered, removeSecrets),
    upstreamConfig: outcome.rawSession === null ? null : redactJson(outcome.rawSession, removeSecrets),
  });
  if (settled.seen && settled.session !== null) return issued(settled.session);

  // Seen, and no row matched: the session was revoked, or its user suspended, while it was minted.
  const failure = droppedAs(settled.seen ? 'withdrawn' : 'not_recorded', outcome, removeSecrets);
  const dropped = await settle({ kind: 'unconfirmed', failure });
  const recorded = dropped.seen ? dropped.session : null;
  if (recorded === null && !settled.seen) {
    // Perhaps the first write succeeded and only its answer was lost. Then the record has the fingerprint of this
    // secret and says that it was issued, so it is handed over.
    const found = await readBack();
    if (found.seen && found.session?.clientSecret?.fingerprint === stored.fingerprint)
      return issued(found.session);
  }
  // Neither write matched: the deadline has passed, and the session reads as UNCONFIRMED by itself.
  const reported: SessionFailure = recorded === null ? { ...failure, code: 'not_recorded' } : failure;
  return {
    kind: 'not_issued',
    session: recorded ?? asUnconfirmed(reserved, reported),
    failure: reported,
    retryable: reported.code === 'not_recorded',
    possiblyIssued: true,
  };
}

/** Most answers repeat what was sent. What was reserved is redacted already, and comparing takes less time than redacting. */
function settledConfig(
  reserved: SessionConfig,
  answered: AnsweredConfig,
  removeSecrets: RemoveSecrets,
): SessionConfig {
  const config = applyAnswer(reserved, answered);
  return equalJson(config, reserved) ? reserved : redactConfig(config, removeSecrets);
}

/**
 * When the secret expires, by what upstream answered. One that answers nothing, or a time much later than was asked for, is
 * taken at its request: the requested lifetime after the latest moment at which it can have made the secret. A time that
 * has passed is believed, because to say less than upstream does no harm; quotas do not rely on it (quota-usage.sql).
 */
function believedExpiry(
  answered: Date | null,
  { reserved, expiresAfterSeconds }: Mint,
  { upstreamTimeoutMs }: IssueSessionSettings,
): { readonly at: Date; readonly isTooLate: boolean } {
  const latest = reserved.createdAt.getTime() + expiresAfterSeconds * 1000 + upstreamTimeoutMs;
  const isTooLate = answered !== null && answered.getTime() > latest + EXPIRY_SLACK_MS;
  return { at: answered === null || isTooLate ? new Date(latest) : answered, isTooLate };
}

function toStoredSecret(
  secret: Secret,
  expiresAt: Date,
  { fingerprintKeys: [key] }: IssueSessionSettings,
): StoredSecret {
  return { ...secret.hint(), fingerprint: secret.fingerprint(key), fingerprintKeyId: key.id, expiresAt };
}

/** The session as it will read once its deadline has passed without a settlement. */
function asUnconfirmed(reserved: Session, failure: SessionFailure): Session {
  return { ...reserved, status: 'UNCONFIRMED', failure };
}
