import type { Caller } from '../authorization/actor.ts';
import type { Secret } from '../platform/redaction/secret.ts';
import type { Session } from './session.ts';

/** What can be done to sessions that were issued. Both throw UnavailableError when the event may not have been written. */
export type SessionStore = {
  /** Withdraws a session, with its audit event. Idempotent; null when there is no such session. */
  readonly revoke: (id: string, reason: string | null, by: Caller) => Promise<Session | null>;
  /** The visible session that a found secret was issued for; null when there is none. The look-up is audited. */
  readonly identifySecret: (secret: Secret, by: Caller) => Promise<Session | null>;
};
