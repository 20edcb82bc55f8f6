import type { Policy } from '../limits/policy.ts';
import type { FingerprintKey, Secret } from '../platform/redaction/secret.ts';
import type { InputIssue } from '../platform/validation/input-issue.ts';
import type { MintOutcome, Provider } from '../providers/provider.ts';
import type { Session, SessionFailure } from '../sessions/session.ts';
import type { SessionRequest } from '../sessions/session-config.ts';
import type { IssueStore, PolicyViolated, QuotaExceeded } from './issue-store.ts';
import type { AdmissionRefusal, MintAdmission } from './mint-admission.ts';

/** A provider with the limit on its own mints: what one does to its mints, those of another do not notice. */
export type LimitedProvider = Provider & { readonly admission: MintAdmission };

export type IssueSessionPorts = {
  /** The configured ones; the first is the default. */
  readonly providers: readonly [LimitedProvider, ...LimitedProvider[]];
  readonly store: IssueStore;
  /** Finds the models of a request without a price, for which a budget refuses it. None: they are allowed. */
  readonly findUnpriced: (
    provider: string,
    request: Pick<SessionRequest, 'model' | 'inputAudioTranscription'>,
  ) => readonly string[];
  /** Milliseconds of a clock that only goes forward. */
  readonly monotonicNow: () => number;
  /** Where the offers of BROKERED sessions go, absolute; null: the operator has not said where browsers reach the gateway. */
  readonly callUrl: () => string | null;
  /** Called with what operators should know, beside the result. An event never carries a value of the request. */
  readonly onEvent: (event: IssueEvent) => void;
};

export type IssueSessionSettings = {
  /** The application that the root key's and the tokens' sessions belong to. */
  readonly defaultApplicationId: string;
  readonly defaultModel: string;
  /** The provider that a model is minted at when the input names none, by model. */
  readonly modelProviders: ReadonlyMap<string, string>;
  readonly defaultPolicy: Policy;
  /** How long nobody may speak in a call, where the input does not say; 0: for ever. */
  readonly callIdleSeconds: number;
  /** The first key writes; all keys are tried when reading. */
  readonly fingerprintKeys: readonly [FingerprintKey, ...FingerprintKey[]];
  readonly upstreamTimeoutMs: number;
  readonly databaseTimeoutMs: number;
};

export type OddExpiry = 'past' | 'too_late';

export type IssueEvent =
  | {
      readonly kind: 'minted';
      readonly provider: string;
      readonly outcome: MintOutcome['kind'];
      readonly code: string;
      readonly milliseconds: number;
    }
  /** The secret expires in the past, or so much later than was asked for that it is not believed. */
  | {
      readonly kind: 'odd_expiry';
      readonly provider: string;
      readonly why: OddExpiry;
      readonly sessionId: string;
    }
  | { readonly kind: 'settling_failed'; readonly sessionId: string; readonly error: unknown };

export type IssueOutcome =
  /** A person asked for a session of somebody else. */
  | { readonly kind: 'forbidden' }
  | { readonly kind: 'invalid'; readonly issues: readonly InputIssue[] }
  | PolicyViolated
  | QuotaExceeded
  | { readonly kind: 'suspended'; readonly suspendedAt: Date }
  /** An idempotency key was used with another input, or is being used right now. */
  | { readonly kind: 'conflict'; readonly reason: 'DIFFERENT_INPUT' | 'IN_PROGRESS' }
  /** The key's secret was handed out before, once. */
  | { readonly kind: 'already_issued'; readonly session: Session }
  /** Not even tried: nothing was reserved. */
  | { readonly kind: 'refused'; readonly reason: AdmissionRefusal }
  /** The record is committed, so the secret may leave. No other outcome carries a secret. */
  | {
      readonly kind: 'issued';
      readonly session: Session;
      readonly secret: Secret;
      readonly expiresAt: Date;
      /** Where the offer of a BROKERED session goes, absolute; null: the session is DIRECT. */
      readonly callUrl: string | null;
    }
  | NotIssued;

export type NotIssued = {
  readonly kind: 'not_issued';
  readonly session: Session;
  readonly failure: SessionFailure;
  readonly retryable: boolean;
  readonly possiblyIssued: boolean;
};
