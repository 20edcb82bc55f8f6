import { parseReason } from '../audit/parse-reason.ts';
import { BadInputError } from './errors.ts';

/** The options of the field with the reason for a change. */
export const REASON_FIELD = {
  description:
    'The reason, at most 1,000 characters. It is stored in the audit trail, with credentials in it replaced.',
};

/**
 * The reason for a change, with credentials replaced; null when there is none.
 * @throws BadInputError when it cannot be used: the mutation's result has no member for invalid input
 */
export function readReason(reason: string | null | undefined): string | null {
  const parsed = parseReason(reason);
  if (parsed.ok) return parsed.value;
  throw new BadInputError('input.reason', parsed.issues[0]?.message ?? 'cannot be used');
}
