import type { Actor, Caller } from '../authorization/actor.ts';
import { visibilityOf } from '../authorization/visibility.ts';
import type { InputIssue } from '../platform/validation/input-issue.ts';
import type { Session } from '../sessions/session.ts';
import { checkPrice } from './check-price.ts';
import type { PriceList } from './price.ts';
import { type ReportInput, toUsageRecord } from './to-usage-record.ts';
import type { UsageRecord, UsageSource } from './usage.ts';

export type ReportOutcome =
  | { readonly kind: 'reported'; readonly alreadyReported: boolean }
  | { readonly kind: 'not_found' }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'invalid'; readonly issues: readonly InputIssue[] };

/**
 * Records what one response of a session used, or corrects it; who may correct is for the caller to decide.
 * @throws UnavailableError when we do not know whether it was recorded
 */
export type ReportSessionUsage = (
  session: Session,
  input: ReportInput,
  caller: Caller,
) => Promise<ReportOutcome>;

/** What the database answers to a record: it was written, is there already, or cannot be. */
export type RecordAnswer =
  | 'reported'
  | 'already'
  | 'conflict'
  | 'not_found'
  | 'not_issued'
  | 'before_issue'
  | 'in_future'
  | 'after_exposure'
  | 'too_many';

/**
 * Writes a record, its audit event and the sums over it in one transaction.
 * @param caller null: the gateway itself, for the provider
 * @throws UnavailableError
 */
export type RecordUsage = (record: UsageRecord, caller: Caller | null) => Promise<RecordAnswer>;

type ReportPorts = {
  readonly recordUsage: RecordUsage;
  /** The time that is recorded for a response; null when nothing is. @throws UnavailableError */
  readonly findTimeOfUse: (sessionId: string, responseId: string) => Promise<Date | null>;
  readonly prices: PriceList;
};

/** Parses what a response used, computes its cost, and records both. */
export async function reportUsage(
  session: Session,
  input: ReportInput,
  caller: Caller,
  ports: ReportPorts,
): Promise<ReportOutcome> {
  if (session.connection === 'BROKERED')
    return invalid('sessionId', 'names a BROKERED session, whose usage the provider itself reports');
  const read = await toUsageRecord(session, input, sourceOf(caller.actor), ports);
  if (!read.ok) return { kind: 'invalid', issues: read.issues };
  if (visibilityOf(caller.actor).reach !== 'EVERYTHING') {
    const issue = checkPrice(session, read.record, ports.prices);
    if (issue !== null) return { kind: 'invalid', issues: [issue] };
  }
  return outcomeOf(await ports.recordUsage(read.record, caller));
}

/** A user reports from its own client. All other callers hold a key of an application, or the operator's. */
function sourceOf(actor: Actor): UsageSource {
  return actor.kind === 'user' ? 'CLIENT' : 'APPLICATION';
}

function outcomeOf(answer: RecordAnswer): ReportOutcome {
  switch (answer) {
    case 'reported':
    case 'already':
      return { kind: 'reported', alreadyReported: answer === 'already' };
    case 'not_found':
    case 'conflict':
      return { kind: answer };
    case 'not_issued':
      return invalid('sessionId', 'names a session without a client secret: nothing can have been used');
    case 'before_issue':
      return invalid('at', 'must not be more than a minute before the session was issued');
    case 'in_future':
      return invalid('at', 'must not be more than a minute in the future');
    case 'after_exposure':
      return invalid(
        'at',
        'must not be more than a minute after exposedUntil, by when the session had ended',
      );
    case 'too_many':
      return invalid('sessionId', 'names a session that has as many reports as it may have');
    default:
      return answer satisfies never;
  }
}

function invalid(field: string, message: string): ReportOutcome {
  return { kind: 'invalid', issues: [{ path: [field], message }] };
}
