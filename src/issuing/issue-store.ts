import type { Actor, RequestInfo } from '../authorization/actor.ts';
import type { Policy, PolicyRule, QuotaKind } from '../limits/policy.ts';
import type { Json } from '../platform/validation/json.ts';
import type { Session, SessionFailure, StoredSecret } from '../sessions/session.ts';
import type { Label, SessionConfig } from '../sessions/session-config.ts';
/** A key that makes a mint repeatable. Hashes of the input by the id of the key they were made with; the first writes. */
export type Idempotency = {
  readonly key: string;
  readonly caller: string;
  readonly inputHashes: Readonly<Record<string, string>>;
  readonly writtenWith: string;
};

export type Reservation = {
  readonly externalUserId: string;
  readonly applicationId: string;
  readonly provider: string;
  readonly object: string;
  readonly config: SessionConfig;
  readonly labels: readonly Label[];
  readonly idempotency: Idempotency | null;
  /** Null: the default, or the policy's maximum if that is less. */
  readonly expiresAfterSeconds: number | null;
  readonly defaultTtlSeconds: number;
  /** What applies where neither the user nor the application sets a limit. */
  readonly defaultPolicy: Policy;
  readonly sessionLimitSeconds: number;
  /** How long after the reservation the session can still be settled. */
  readonly settleWithinMs: number;
  readonly actor: Actor;
  readonly origin: RequestInfo;
};

export type ReserveOutcome =
  | { readonly kind: 'reserved'; readonly session: Session; readonly expiresAfterSeconds: number }
  /** The idempotency key was used before, with the same input, for this session. */
  | { readonly kind: 'repeated'; readonly session: Session }
  /** The idempotency key was used before, with another input. */
  | { readonly kind: 'conflict' }
  | { readonly kind: 'suspended'; readonly suspendedAt: Date }
  | { readonly kind: 'policy'; readonly rule: PolicyRule; readonly allowed: readonly string[] }
  | QuotaExceeded;

export type QuotaExceeded = {
  readonly kind: 'quota';
  readonly quota: QuotaKind;
  readonly limit: number;
  readonly used: number;
  /** When trying again can first succeed; null when waiting does not help. */
  readonly retryAt: Date | null;
};

export type Settlement =
  | {
      readonly kind: 'issued';
      readonly secret: StoredSecret;
      readonly upstreamSessionId: string | null;
      readonly config: SessionConfig;
      readonly upstreamConfig: Json;
    }
  | { readonly kind: 'failed' | 'unconfirmed'; readonly failure: SessionFailure };

/** What issuing needs of the ledger. Writes are one round trip each, with their audit event in the same transaction. */
export type IssueStore = {
  /**
   * Writes the PENDING session, or the refusal's audit event; returns when it is durable. Refusals charge nothing.
   * @throws UnavailableError when it may not have been written
   */
  reserve(reservation: Reservation): Promise<ReserveOutcome>;
  /**
   * Settles a session that is still pending and returns it, or null when it is not (any more). Issues it only
   * while neither it was revoked nor its user suspended: otherwise null, and it is still pending.
   * @throws UnavailableError when it may not have been written
   */
  settle(
    id: string,
    settlement: Settlement,
    by: {
      readonly actor: Actor;
      readonly origin: RequestInfo;
      /** By the database's clock: when the caller will have given up, so that nothing may change any more. */
      readonly notAfter: Date;
    },
  ): Promise<Session | null>;
  /** The session, or null when there is none. */
  find(id: string): Promise<Session | null>;
};
