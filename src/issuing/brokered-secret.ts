import { randomBytes } from 'node:crypto';
import { Secret } from '../platform/redaction/secret.ts';
import type { TtlSeconds } from '../providers/provider.ts';

/** How long a BROKERED session's secret can be used: it opens one call, at once. */
export const BROKERED_TTL: TtlSeconds = { min: 10, max: 120, default: 60 };

/** A client secret of the gateway's own. It begins like OpenAI's, because their browser SDK takes no other. */
export function createBrokeredSecret(): Secret {
  return new Secret(`ek_gh_${randomBytes(32).toString('base64url')}`);
}
