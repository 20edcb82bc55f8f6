import type { Actor, Origin } from './actor.ts';
import type { Json } from './json.ts';
import type { SecretTrace, Session, SessionFailure } from './session.ts';
import type { Label, SessionConfig } from './session-config.ts';

/**
 * The ledger could not be asked, or did not answer in time. Whether a write happened is unknown.
 * `kind` is a database or network error code; it never carries a value.
 */
export class LedgerUnavailableError extends Error {
  override readonly name = 'LedgerUnavailableError';
  readonly code: string;

  constructor(code: string) {
    super('The ledger is unavailable');
    this.code = code;
  }
}

export type Reservation = {
  readonly externalUserId: string;
  readonly applicationId: string;
  readonly provider: string;
  readonly object: string;
  readonly config: SessionConfig;
  readonly labels: readonly Label[];
  readonly expiresAfterSeconds: number;
  readonly sessionLimitSeconds: number;
  /** How long after the reservation the session can still be settled. */
  readonly settleWithinMs: number;
  readonly actor: Actor;
  readonly origin: Origin;
};

export type Settlement =
  | {
      readonly kind: 'issued';
      readonly secret: SecretTrace;
      readonly upstreamSessionId: string | null;
      readonly config: SessionConfig;
      readonly upstreamConfig: Json;
    }
  | { readonly kind: 'failed' | 'unconfirmed'; readonly failure: SessionFailure };

/** What issuing needs of the ledger. Writes are one round trip each, with their audit event in the same transaction. */
export type Ledger = {
  /**
   * Writes the PENDING session; returns when it is durable.
   * @throws LedgerUnavailableError when it may not have been written
   */
  reserve(reservation: Reservation): Promise<Session>;
  /**
   * Settles a session that is still pending and returns it, or null when it is not (any more).
   * @throws LedgerUnavailableError when it may not have been written
   */
  settle(
    id: string,
    settlement: Settlement,
    by: {
      readonly actor: Actor;
      readonly origin: Origin;
      /** By the database's clock: when the caller will have given up, so that nothing may change any more. */
      readonly notAfter: Date;
    },
  ): Promise<Session | null>;
  /** The session, or null when there is none. */
  find(id: string): Promise<Session | null>;
};
