import type { Actor, RequestInfo } from '../authorization/actor.ts';
import type { Policy, PolicyRule, QuotaKind } from '../limits/policy.ts';
import type { Json } from '../platform/validation/json.ts';
import type { CallRequest } from '../sessions/call-request.ts';
import type { Session, SessionFailure, StoredSecret } from '../sessions/session.ts';
import type { Label, SessionConfig } from '../sessions/session-config.ts';

/** An idempotency key: it makes a mint repeatable. */
export type Idempotency = {
  readonly key: string;
  /** Keys of different callers never meet. */
  readonly caller: string;
  /** Hashes of the raw input, by the id of the fingerprint key that each was made with. */
  readonly inputHashes: Readonly<Record<string, string>>;
  /** The id of the fingerprint key whose hash is stored. */
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
  /** Null: the default lifetime, or the policy's maximum if that is less. */
  readonly expiresAfterSeconds: number | null;
  readonly defaultTtlSeconds: number;
  /** Models without a price: with any, a budget refuses the session. */
  readonly unpricedModels: readonly string[];
  /** What applies where neither the user nor the application sets a limit. */
  readonly defaultPolicy: Policy;
  readonly sessionLimitSeconds: number;
  /** What the call of a BROKERED session may do; null: the session is DIRECT. */
  readonly brokered: {
    /** Null: as long as the policy allows. */
    readonly maxCallSeconds: number | null;
    /** 0: for ever. */
    readonly idleSeconds: number;
    readonly callRequest: CallRequest;
  } | null;
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
  | PolicyViolated
  | QuotaExceeded;

export type PolicyViolated = {
  readonly kind: 'policy';
  readonly rule: PolicyRule;
  readonly allowed: readonly string[];
  /** For BUDGET, when the reason is that these models have no price; else empty. */
  readonly unpricedModels: readonly string[];
};

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

/** What issuing needs of the database. A write is one round trip, with its audit event in the same transaction. */
export type IssueStore = {
  /**
   * Writes the PENDING session, or the refusal's audit event; returns when it is durable. A refusal uses up no quota.
   * @throws UnavailableError when it may not have been written
   */
  reserve(reservation: Reservation): Promise<ReserveOutcome>;
  /**
   * Settles a pending session and returns it. Null when it is not pending any more; null as well, and still pending,
   * when it was to be issued although it was revoked or its user suspended.
   * @throws UnavailableError when it may not have been written
   */
  settle(
    reserved: Session,
    settlement: Settlement,
    caller: {
      readonly actor: Actor;
      readonly origin: RequestInfo;
      /** By the database's clock. The caller gives up then, so nothing may be written afterwards. */
      readonly notAfter: Date;
    },
  ): Promise<Session | null>;
  /**
   * Reads a session that this gateway reserved: the one read in issuing that asks for no viewer's visibility.
   * Null when there is none.
   * @throws UnavailableError
   */
  readOwnRecord(id: string): Promise<Session | null>;
};
