import type { Actor, Caller } from '../authorization/actor.ts';
import type { InputIssue } from '../platform/validation/input-issue.ts';
import type { Session } from '../sessions/session.ts';
import { parseUsage, parseUsageNames } from './parse-usage.ts';
import type { PriceList } from './price.ts';
import { priceUsage } from './price-usage.ts';
import type { UsageVerdict } from './usage.ts';
import type { ReportUsage } from './usage-ledger.ts';

export type ReportInput = {
  readonly responseId: unknown;
  readonly model: unknown;
  readonly usage: unknown;
  readonly at: Date | null;
};

export type ReportOutcome =
  | { readonly kind: 'reported'; readonly alreadyReported: boolean }
  | { readonly kind: 'not_found' }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'invalid'; readonly issues: readonly InputIssue[] };

/** Writes down what one response of a session used. @throws UnavailableError when it may not have been written */
export type ReportSessionUsage = (session: Session, input: ReportInput, by: Caller) => Promise<ReportOutcome>;

export type ReportPorts = { readonly reportUsage: ReportUsage; readonly prices: PriceList };

/** Parses what a response used, says what it cost, and writes it down. */
export async function reportUsageOf(
  session: Session,
  input: ReportInput,
  by: Caller,
  { reportUsage, prices }: ReportPorts,
): Promise<ReportOutcome> {
  const names = parseUsageNames(input);
  const used = parseUsage(input.usage);
  if (!names.ok || !used.ok) {
    return { kind: 'invalid', issues: [names, used].flatMap((one) => (one.ok ? [] : one.issues)) };
  }
  const model = names.value.model ?? session.model;
  // Now, as the database's clock had it when the session was read.
  const at = input.at ?? session.readAt;
  const { numbers, usage } = used.value;
  const verdict = await reportUsage(
    {
      sessionId: session.id,
      responseId: names.value.responseId,
      source: sourceOf(by.actor),
      model,
      at,
      numbers,
      usage,
      paidBy: priceUsage(prices, model, at, numbers),
    },
    by,
  );
  return outcomeOf(verdict);
}

/** A person reports from its own client. All others are the application's side: they hold its keys, or the operator's. */
function sourceOf(actor: Actor): 'CLIENT' | 'APPLICATION' {
  return actor.kind === 'user' ? 'CLIENT' : 'APPLICATION';
}

function outcomeOf(verdict: UsageVerdict): ReportOutcome {
  switch (verdict) {
    case 'reported':
    case 'already':
      return { kind: 'reported', alreadyReported: verdict === 'already' };
    case 'not_found':
    case 'conflict':
      return { kind: verdict };
    case 'not_issued':
      return invalid('sessionId', 'names a session without a client secret: nothing can have been used');
    case 'before_issue':
      return invalid('at', 'must not be before the session was issued');
    case 'in_future':
      return invalid('at', 'must not be in the future');
    case 'after_exposure':
      return invalid('at', 'must not be after exposedUntil, by when the session had ended');
    default:
      return verdict satisfies never;
  }
}

function invalid(field: string, message: string): ReportOutcome {
  return { kind: 'invalid', issues: [{ path: [field], message }] };
}
