import type { Caller } from '../authorization/actor.ts';
import type { CallRequest } from '../sessions/call-request.ts';
import type { Call, CallEnd } from './call.ts';

/**
 * What is written of calls, each in one statement with its audit event, by the database's clock. Everything throws
 * UnavailableError when it may not have been written. A call is named by its session's id.
 *
 * The states: redeem → CONNECTING → recordOpened → LIVE → end → ENDED; or from CONNECTING: end (refused, attaching failed),
 * or recordUncertain → UNCERTAIN. A call whose gateway died while connecting reads UNCERTAIN by itself after
 * `connectWithinSeconds`; one that nobody ended reads ENDED once the provider must have ended it.
 */
export type CallStore = {
  /**
   * Uses a client secret up, once: of any number of attempts one gets the call. The call is then this gateway's.
   * @param fingerprints of the secret under each key in rotation, by the key's id
   */
  redeem(
    fingerprints: Readonly<Record<string, string>>,
    owner: Owner,
    bounds: RedeemBounds,
  ): Promise<Redeemed>;
  /**
   * The provider made the call: it is LIVE from now on, until its deadline. Null when it has ended already: hang up. When
   * `endRequested` is set, it was revoked, or its user suspended, meanwhile: hang up, and `end`.
   */
  recordOpened(
    id: string,
    opened: {
      readonly upstreamCallId: string;
      readonly keyId: string;
      /** By the provider; the deadline is no later. */
      readonly longestCallSeconds: number;
    },
  ): Promise<OwnedCall | null>;
  /** Nobody knows whether the provider made the call. */
  recordUncertain(id: string): Promise<void>;
  /** Somebody spoke in these calls. Send it at most once each few seconds. */
  recordActivity(ids: readonly string[]): Promise<void>;
  /**
   * The call is over: hung up, refused, or gone. Exactly one of all `end` of a call writes it. If somebody asked for the
   * end, that is the reason, and the event names who asked.
   * @returns whether this one wrote it
   */
  end(id: string, reason: CallEnd): Promise<boolean>;
  /**
   * The browser changed these fields of the config, named as on the wire.
   * @returns whether some of them are new; otherwise nothing is written
   */
  recordDrift(id: string, changedFields: readonly string[]): Promise<boolean>;
  /**
   * Keeps calls this gateway's for `leaseSeconds` more.
   * @returns those that still were; of the others another gateway has taken over, or they have ended: let go of them
   */
  renewLeases(ids: readonly string[], owner: Owner): Promise<readonly string[]>;
  /** Lets go of calls at once, so that another gateway adopts them. */
  releaseLeases(ids: readonly string[], owner: Owner): Promise<void>;
  /** Takes over LIVE calls whose lease ran out, longest ago first, skipping those that another gateway is taking. */
  adopt(most: number, owner: Owner): Promise<readonly OwnedCall[]>;
  /** The calls of this gateway whose end somebody asked for, and those of nobody. Ask after each notification: it is cheap. */
  findEndRequested(owner: Owner, most: number): Promise<readonly DueCall[]>;
  /** The calls that are to be ended now, each with its reason: this gateway's, those of nobody, and those that are overdue. */
  findDue(owner: Owner, most: number): Promise<readonly DueCall[]>;
  /** Ends in the ledger, as UNKNOWN, calls that the provider must have ended. @returns how many */
  endOverdue(most: number): Promise<number>;
  /** Whether the month's known costs of the call's user have reached the budget that applies. */
  isBudgetReached(id: string, defaultBudgetUsd: string | null): Promise<boolean>;
  /** Asks for the end, for whoever called: CLIENT_ENDED for the user, else OPERATOR. Idempotent; null: no such call. */
  requestEnd(id: string, reason: string | null, by: Caller): Promise<Call | null>;
};

/** A gateway process, and for how long a call is its own without being renewed. */
export type Owner = { readonly instanceId: string; readonly leaseSeconds: number };

export type RedeemBounds = {
  /** After that long, a call that was neither opened nor refused reads UNCERTAIN. */
  readonly connectWithinSeconds: number;
};

export type Redeemed =
  | { readonly kind: 'redeemed'; readonly call: OwnedCall }
  /** Tell the client no more than that the secret cannot be used; `used` and the others are for metrics. */
  | { readonly kind: 'refused'; readonly why: 'unknown' | 'used' | 'expired' | 'revoked' | 'suspended' };

/** What a gateway has to know of a call that it owns. */
export type OwnedCall = {
  readonly id: string;
  readonly userId: string;
  /** Null once erased. For the safety identifier. */
  readonly externalUserId: string | null;
  readonly applicationId: string;
  readonly provider: string;
  readonly model: string;
  /** What it is opened with. */
  readonly request: CallRequest;
  /** Both null until it is opened. */
  readonly upstreamCallId: string | null;
  readonly keyId: string | null;
  readonly connectedAt: Date | null;
  readonly deadlineAt: Date | null;
  readonly lastActivityAt: Date | null;
  /** 0: never. */
  readonly idleSeconds: number;
  /** Somebody asked for the end, and why. */
  readonly endRequested: EndRequest | null;
  /** By the database's clock, when this was read: times are compared with it, not with the gateway's clock. */
  readonly readAt: Date;
};

/** A call that is to be ended, and why. */
export type DueCall = OwnedCall & {
  readonly reason: EndRequest | Extract<CallEnd, 'DEADLINE' | 'IDLE'>;
};

/** Why somebody asked for an end. */
export type EndRequest = Extract<CallEnd, 'REVOKED' | 'SUSPENDED' | 'OPERATOR' | 'CLIENT_ENDED'>;
