import type { Json } from './json.ts';
import type { ConfigSummary, Label, SessionConfig } from './session-config.ts';

export type SessionStatus = 'PENDING' | 'ACTIVE' | 'EXPIRED' | 'REVOKED' | 'FAILED' | 'UNCONFIRMED';

/** What remains of a client secret after it was handed out. */
export type SecretTrace = {
  readonly fingerprint: string;
  readonly fingerprintKeyId: string;
  readonly prefix: string;
  readonly lastFour: string;
  readonly expiresAt: Date;
};

export type SessionFailure = {
  readonly code: string;
  readonly upstreamStatus: number | null;
  readonly upstreamCode: string | null;
  readonly upstreamRequestId: string | null;
};

/** A session as the ledger shows it at `readAt`, by the database's clock. */
export type Session = {
  readonly id: string;
  readonly userId: string;
  readonly applicationId: string;
  readonly provider: string;
  readonly status: SessionStatus;
  readonly upstreamSessionId: string | null;
  readonly object: string;
  readonly config: SessionConfig;
  readonly labels: readonly Label[];
  readonly secret: SecretTrace | null;
  readonly failure: SessionFailure | null;
  readonly createdAt: Date;
  readonly issuedAt: Date | null;
  readonly revokedAt: Date | null;
  /** When the last thing opened with the secret must have ended; null when nothing can have been issued. */
  readonly exposedUntil: Date | null;
  readonly readAt: Date;
  /** Present where it was read along; it is heavy, and listings leave it out. */
  readonly upstreamConfig?: Json;
  /** What the applications call its user; null once erased. Present where it was read along. */
  readonly externalUserId?: string | null;
};

/** How much of a session a listing reads: what is short, all but the config, or everything. */
export type SessionExtent = 'summary' | 'record' | 'everything';

export type SecretSummary = Pick<SecretTrace, 'prefix' | 'lastFour' | 'expiresAt'>;
export type SessionSummary = Pick<
  Session,
  | 'id'
  | 'userId'
  | 'externalUserId'
  | 'provider'
  | 'status'
  | 'upstreamSessionId'
  | 'createdAt'
  | 'issuedAt'
  | 'revokedAt'
  | 'readAt'
> & { readonly secret: SecretSummary | null; readonly config: ConfigSummary };
export type SessionRecord = Omit<Session, 'config' | 'upstreamConfig'> & { readonly config: ConfigSummary };
export type ListedSession = SessionSummary | SessionRecord | Session;
