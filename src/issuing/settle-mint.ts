import type { Actor, RequestInfo } from '../authorization/actor.ts';
import { redactJson } from '../platform/redaction/redact-json.ts';
import { redactText } from '../platform/redaction/redact-text.ts';
import type { Secret } from '../platform/redaction/secret.ts';
import type { MintOutcome } from '../providers/provider.ts';
import { redactConfig } from '../sessions/redact-session.ts';
import type { Session, SessionFailure, StoredSecret } from '../sessions/session.ts';
import type { IssueOutcome, IssueSessionPorts, IssueSessionSettings } from './issue-outcome.ts';
import type { Settlement } from './issue-store.ts';
import { applyAnswer } from './normalise.ts';

type Mint = {
  readonly reserved: Session;
  readonly expiresAfterSeconds: number;
  /** When the reservation's answer arrived, by the monotonic clock. */
  readonly reservedAt: number;
  readonly outcome: MintOutcome;
  /** Credentials of the request, which upstream may repeat. */
  readonly known: readonly Secret[];
  readonly by: { readonly actor: Actor; readonly origin: RequestInfo };
};
type Issued = Extract<MintOutcome, { kind: 'issued' }>;
/** A write after the mint: what it changed, null when it matched nothing, or that it was not seen to succeed. */
type Write = { readonly seen: true; readonly session: Session | null } | { readonly seen: false };

/**
 * How long after its reservation a session can be settled: the mint's own deadline, then two statements that each
 * take as long as they may, and some air.
 */
export function settleWithinMs({ upstreamTimeoutMs, databaseTimeoutMs }: IssueSessionSettings): number {
  return upstreamTimeoutMs + 2 * databaseTimeoutMs + 1000;
}

/**
 * Records what a mint came to. A secret is returned only when its record is committed; when that cannot be
 * seen, it is dropped. Never throws: the caller has to learn what became of the mint.
 */
export async function settleMint(
  ports: IssueSessionPorts,
  settings: IssueSessionSettings,
  mint: Mint,
): Promise<IssueOutcome> {
  const { outcome, reserved } = mint;
  // The database's clock was read before the reservation's answer arrived, so this never runs ahead of it.
  const databaseNow = () => reserved.createdAt.getTime() + (ports.monotonicNow() - mint.reservedAt);
  const deadline = reserved.createdAt.getTime() + settleWithinMs(settings);
  const attempt = async (write: Promise<Session | null>): Promise<Write> => {
    try {
      return { seen: true, session: await write };
    } catch (error) {
      ports.notice({ kind: 'settling_failed', sessionId: reserved.id, error });
      return { seen: false };
    }
  };
  const settle = (settlement: Settlement) =>
    attempt(
      ports.ledger.settle(reserved.id, settlement, {
        ...mint.by,
        // Not so late either that it could be committed after the deadline: in between, quotas would count the
        // session neither as pending nor as issued.
        notAfter: new Date(
          Math.min(databaseNow() + settings.databaseTimeoutMs, deadline - settings.databaseTimeoutMs),
        ),
      }),
    );

  if (outcome.kind !== 'issued') return recordRefusal(reserved, outcome, settle);
  const trace = traceOf(outcome, mint, settings);
  if (trace.expiresAt.getTime() < databaseNow()) {
    ports.notice({ kind: 'expiry_in_the_past', sessionId: reserved.id });
  }
  const find = () => attempt(ports.ledger.find(reserved.id));
  return recordIssue({ mint, outcome, trace, settle, find });
}

async function recordRefusal(
  reserved: Session,
  outcome: Exclude<MintOutcome, Issued>,
  settle: (settlement: Settlement) => Promise<Write>,
): Promise<IssueOutcome> {
  const { code, upstreamStatus, upstreamCode, upstreamRequestId } = outcome;
  const failure: SessionFailure = { code, upstreamStatus, upstreamCode, upstreamRequestId };
  const settled = await settle({ kind: outcome.kind, failure });
  const recorded = settled.seen ? settled.session : null;
  return {
    kind: 'not_issued',
    // A refusal that could not be written reads as UNCONFIRMED from now on; what is known of it is still told.
    session: recorded ?? asUnconfirmed(reserved, failure),
    failure,
    retryable: outcome.kind === 'unconfirmed' || outcome.retryable,
    possiblyIssued: outcome.kind === 'unconfirmed',
  };
}

async function recordIssue({
  mint,
  outcome,
  trace,
  settle,
  find,
}: {
  readonly mint: Mint;
  readonly outcome: Issued;
  readonly trace: StoredSecret;
  readonly settle: (settlement: Settlement) => Promise<Write>;
  readonly find: () => Promise<Write>;
}): Promise<IssueOutcome> {
  const { reserved } = mint;
  const known = [outcome.secret, ...mint.known];
  const issued = (session: Session): IssueOutcome => ({
    kind: 'issued',
    session,
    secret: outcome.secret,
    expiresAt: trace.expiresAt,
  });

  const settled = await settle({
    kind: 'issued',
    secret: trace,
    upstreamSessionId:
      outcome.upstreamSessionId === null ? null : redactText(outcome.upstreamSessionId, known),
    config: redactConfig(applyAnswer(reserved.config, outcome.answered), known),
    upstreamConfig: outcome.rawSession === null ? null : redactJson(outcome.rawSession, known),
  });
  if (settled.seen && settled.session !== null) return issued(settled.session);

  // Refused by the ledger while still pending: the session was revoked, or its user suspended, meanwhile.
  const code = settled.seen ? 'withdrawn' : 'not_recorded';
  const { upstreamStatus, upstreamRequestId } = outcome;
  const failure: SessionFailure = { code, upstreamStatus, upstreamCode: null, upstreamRequestId };
  const dropped = await settle({ kind: 'unconfirmed', failure });
  const recorded = dropped.seen ? dropped.session : null;
  if (recorded === null && !settled.seen) {
    // Perhaps the first write did succeed and only its answer was lost: then the record has this secret's
    // fingerprint, and handing it over is what the record says.
    const found = await find();
    if (found.seen && found.session?.clientSecret?.fingerprint === trace.fingerprint)
      return issued(found.session);
  }
  // Neither write matched: the deadline has passed, and the session reads UNCONFIRMED without our doing.
  const told: SessionFailure = recorded === null ? { ...failure, code: 'not_recorded' } : failure;
  return {
    kind: 'not_issued',
    session: recorded ?? asUnconfirmed(reserved, told),
    failure: told,
    retryable: told.code === 'not_recorded',
    possiblyIssued: true,
  };
}

function traceOf(outcome: Issued, mint: Mint, settings: IssueSessionSettings): StoredSecret {
  const latest =
    mint.reserved.createdAt.getTime() + mint.expiresAfterSeconds * 1000 + settings.upstreamTimeoutMs;
  const [key] = settings.fingerprintKeys;
  return {
    ...outcome.secret.hint(),
    fingerprint: outcome.secret.fingerprint(key),
    fingerprintKeyId: key.id,
    expiresAt: outcome.expiresAt ?? new Date(latest),
  };
}

/** What the ledger shows of a session that was never settled, once its deadline has passed. */
function asUnconfirmed(reserved: Session, failure: SessionFailure): Session {
  return { ...reserved, status: 'UNCONFIRMED', failure };
}
