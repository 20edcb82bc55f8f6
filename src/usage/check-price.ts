import type { InputIssue } from '../platform/validation/input-issue.ts';
import type { Session } from '../sessions/session.ts';
import type { PriceList } from './price.ts';
import { findPrice } from './prices.ts';
import type { UsageRecord } from './usage.ts';

/**
 * What is wrong with a report without a known cost. One such record makes the cost of everybody's usage unknown, so callers
 * without reach over everything may not bring it about: they report models of the session and models with a price, and of
 * a model with a price only what it has prices for. Null when nothing is wrong.
 */
export function checkPrice(
  session: Session,
  { model, at, paidBy }: Pick<UsageRecord, 'model' | 'at' | 'paidBy'>,
  prices: PriceList,
): InputIssue | null {
  if (paidBy !== null) return null;
  if (findPrice(prices, model, at) !== null)
    return { path: ['usage'], message: 'has a kind of use that the model has no known price for' };
  if (model === session.model || model === session.config.inputAudioTranscription?.model) return null;
  return { path: ['model'], message: 'must be a model of the session, or one with a known price' };
}
