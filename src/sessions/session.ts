import { allKeysOf } from '../platform/validation/all-keys.ts';
import type { Json } from '../platform/validation/json.ts';
import type { ConnectionKind } from './call-request.ts';
import { CONFIG_FIELDS, type Label, type SessionConfig } from './session-config.ts';

export type SessionStatus = 'PENDING' | 'ACTIVE' | 'EXPIRED' | 'REVOKED' | 'FAILED' | 'UNCONFIRMED';

/** What remains of a client secret after it was handed out. */
export type StoredSecret = {
  readonly fingerprint: string;
  readonly fingerprintKeyId: string;
  readonly prefix: string;
  readonly lastFour: string;
  readonly expiresAt: Date;
};

/** What is shown of a secret, of which session and by which reading of the database's clock. */
export type RedactedSecret = {
  readonly sessionId: string;
  /** Prefix and last four characters. */
  readonly redacted: string;
  readonly expiresAt: Date;
  readonly readAt: Date;
  /** Present where it was read along. */
  readonly fingerprint?: string;
};

export type SessionFailure = {
  readonly code: string;
  readonly upstreamStatus: number | null;
  readonly upstreamCode: string | null;
  /** The path of the field that upstream complains of, in its own names. */
  readonly upstreamParam: string | null;
  readonly upstreamRequestId: string | null;
  /** Until then upstream asks to wait. */
  readonly retryAt: Date | null;
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
  /** What is short of the config, beside it. */
  readonly type: SessionConfig['type'];
  readonly model: string;
  readonly voice: string | null;
  readonly connection: ConnectionKind;
  readonly labels: readonly Label[];
  readonly clientSecret: (RedactedSecret & { readonly fingerprint: string }) | null;
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
  readonly externalUserId?: string | null | undefined;
};

/** How much of a session a listing reads: what is short, all but the config, or everything. */
export type SessionDetail = 'summary' | 'record' | 'full';

export type SessionSummary = Pick<
  Session,
  | 'id'
  | 'userId'
  | 'externalUserId'
  | 'provider'
  | 'status'
  | 'type'
  | 'model'
  | 'voice'
  | 'connection'
  | 'upstreamSessionId'
  | 'createdAt'
  | 'issuedAt'
  | 'revokedAt'
  | 'readAt'
> & { readonly clientSecret: RedactedSecret | null; readonly config: null };
export type SessionRecord = Omit<Session, 'config' | 'upstreamConfig'> & { readonly config: null };
export type ListedSession = SessionSummary | SessionRecord | Session;

const inSummary: ReadonlySet<string> = new Set(
  allKeysOf<Pick<SessionConfig, keyof SessionConfig & keyof SessionSummary>>()(['type', 'model', 'voice']),
);
/** Fields of the config that only a full session has. */
export const CONFIG_BEYOND_SUMMARY = CONFIG_FIELDS.filter((field) => !inSummary.has(field));
