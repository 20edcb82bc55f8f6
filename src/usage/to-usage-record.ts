import type { InputIssue } from '../platform/validation/input-issue.ts';
import type { Session } from '../sessions/session.ts';
import { countUnsplit } from './count-unsplit.ts';
import { modelOfUse } from './model-of-use.ts';
import { parseUsage, parseUsageNames } from './parse-usage.ts';
import type { PriceList } from './price.ts';
import { priceUsage } from './price-usage.ts';
import { timeOfUse } from './time-of-use.ts';
import type { UsageRecord, UsageSource } from './usage.ts';

export type ReportInput = {
  readonly responseId: unknown;
  readonly model: unknown;
  readonly usage: unknown;
  /** Null: now, or for a correction the time that is recorded. */
  readonly at: Date | null;
  /** Whether it corrects what was reported of the response before. */
  readonly replaces: boolean;
};

type RecordPorts = {
  /** The time that is recorded for a response; null when nothing is. @throws UnavailableError */
  readonly findTimeOfUse: (sessionId: string, responseId: string) => Promise<Date | null>;
  readonly prices: PriceList;
};

/** Parses what a response used and computes its cost. @throws UnavailableError */
export async function toUsageRecord(
  session: Session,
  input: ReportInput,
  source: UsageSource,
  { findTimeOfUse, prices }: RecordPorts,
): Promise<{ ok: true; record: UsageRecord } | { ok: false; issues: readonly InputIssue[] }> {
  const names = parseUsageNames(input);
  const used = parseUsage(input.usage);
  if (!names.ok || !used.ok)
    return { ok: false, issues: [names, used].flatMap((one) => (one.ok ? [] : one.issues)) };
  const { responseId } = names.value;
  const { usage } = used.value;
  const { model, isGuess } =
    names.value.model === null ? modelOfUse(session, usage) : { model: names.value.model, isGuess: false };
  const recordedAt = input.replaces && input.at === null ? await findTimeOfUse(session.id, responseId) : null;
  // readAt is by the database's clock.
  const at = timeOfUse(input.at ?? recordedAt ?? session.readAt, session);
  const paidBy = priceUsage(prices, model, at, used.value);
  const record: UsageRecord = {
    sessionId: session.id,
    responseId,
    source,
    model,
    at,
    numbers: countUnsplit(used.value),
    usage,
    // The default model is the dearest, so the cost is a bound.
    paidBy: paidBy === null ? null : { ...paidBy, estimated: paidBy.estimated || isGuess },
    replaces: input.replaces,
  };
  return { ok: true, record };
}
