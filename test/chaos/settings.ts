import { randomBytes } from 'node:crypto';
import { ROOT_KEY } from '../support/gateway.ts';

export const UPSTREAM_TIMEOUT_MS = 1000;
const DATABASE_TIMEOUT_MS = 500;
/** From a reservation until nobody can settle it any more: see settleMarginMs in domain/issue-session.ts. */
export const DEADLINE_MS = UPSTREAM_TIMEOUT_MS + 2 * DATABASE_TIMEOUT_MS + 1000;

/** Small enough to be reached all the time. */
export const QUOTAS = { active: 4, perMinute: 20 } as const;
export const FINGERPRINT_KEY = randomBytes(32);

/** By its own key at the provider, a call tells which replica made it. */
export const providerKey = (replica: string) => `sk-provider-key-of-${replica}-0123456789`;
export const AUTHORIZATION = `Bearer ${ROOT_KEY}`;

/** The environment of one replica. */
export function replicaEnv(
  replica: string,
  at: { readonly url: string; readonly ownerUrl: string; readonly upstream: string },
): Record<string, string> {
  return {
    PORT: '0',
    MANAGEMENT_PORT: '0',
    DATABASE_URL: at.url,
    DATABASE_OWNER_URL: at.ownerUrl,
    GATEHOUSE_ROOT_KEY: ROOT_KEY,
    GATEHOUSE_FINGERPRINT_KEY: FINGERPRINT_KEY.toString('base64'),
    GATEHOUSE_AUDIT_KEY: Buffer.alloc(32, 2).toString('base64'),
    GATEHOUSE_PROVIDER: 'openai',
    OPENAI_API_KEY: providerKey(replica),
    OPENAI_BASE_URL: at.upstream,
    GATEHOUSE_UPSTREAM_TIMEOUT_MS: String(UPSTREAM_TIMEOUT_MS),
    GATEHOUSE_DATABASE_TIMEOUT_MS: String(DATABASE_TIMEOUT_MS),
    GATEHOUSE_DRAIN_MS: String(DEADLINE_MS),
    GATEHOUSE_SHUTDOWN_DELAY_MS: '0',
    GATEHOUSE_MAX_ACTIVE_SESSIONS: String(QUOTAS.active),
    GATEHOUSE_MAX_MINTS_PER_MINUTE: String(QUOTAS.perMinute),
    GATEHOUSE_MAX_MINTS_PER_DAY: '1000000',
  };
}
