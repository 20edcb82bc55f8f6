import type { Logger } from 'pino';
import type { Metrics } from '../platform/process/metrics.ts';
import type { FingerprintKey, Secret } from '../platform/redaction/secret.ts';
import type { CallEnd } from './call.ts';
import type { CallBounds } from './call-bounds.ts';
import type { AttachOutcome, CallProvider, OpenCallFailureCode, SideChannel } from './call-provider.ts';
import type { CallStore, Owner } from './call-store.ts';
import type { LiveCall } from './live-call.ts';

export type OfferOutcome =
  | { readonly kind: 'opened'; readonly id: string; readonly sdpAnswer: string }
  /** This gateway watches as many calls as it can. The secret was not used up. */
  | { readonly kind: 'full' }
  /** The secret opens nothing, or not any more. Why is nobody's business. */
  | { readonly kind: 'secret_refused' }
  /** There is no call. */
  | {
      readonly kind: 'refused';
      readonly code: OpenCallFailureCode;
      readonly retryAfterMs: number | null;
    }
  /** Nobody knows whether there is a call. */
  | { readonly kind: 'uncertain' }
  /** The call could not be watched, so it was ended. */
  | { readonly kind: 'not_watched' }
  | { readonly kind: 'client_gone' };

/**
 * Uses a client secret up for one call by a browser's offer, and watches the call before the browser gets its answer.
 * @param clientGone aborted when nobody waits for the answer any more: the call is ended
 * @throws UnavailableError when the secret may not have been used up: nothing was asked upstream
 */
export type TakeOffer = (secret: Secret, sdp: string, clientGone: AbortSignal) => Promise<OfferOutcome>;

export type OfferPorts = {
  readonly store: Pick<CallStore, 'redeem' | 'recordOpened' | 'recordUncertain' | 'end'>;
  readonly owner: Owner;
  readonly bounds: CallBounds;
  readonly fingerprintKeys: readonly [FingerprintKey, ...FingerprintKey[]];
  readonly providerOf: (name: string) => CallProvider | undefined;
  /** The calls whose leases this gateway renews. */
  readonly held: Set<string>;
  readonly attach: (call: LiveCall, stopping: AbortSignal) => Promise<AttachOutcome>;
  readonly watch: (call: LiveCall, channel: SideChannel) => void;
  /** Hangs up, and records why. */
  readonly end: (call: LiveCall, reason: CallEnd) => Promise<void>;
  readonly isEnding: (id: string) => boolean;
  /** For a call that the ledger has closed already. */
  readonly hangUp: (call: LiveCall) => Promise<boolean>;
  readonly metrics: Pick<Metrics, 'callOffers'>;
  readonly log: Logger;
};
