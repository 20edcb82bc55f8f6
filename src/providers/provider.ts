import type { CallProvider } from '../calls/call-provider.ts';
import type { Secret } from '../platform/redaction/secret.ts';
import type { JsonObject } from '../platform/validation/json.ts';
import type { AnsweredConfig, SessionRequest } from '../sessions/session-config.ts';

/**
 * The wire dialects: `ga` is POST /realtime/client_secrets, `flat` the older POST /realtime/sessions. `xai` has the address
 * of `ga`, and takes no session; `live` has no client secrets at all.
 */
export type Dialect = 'ga' | 'flat' | 'xai' | 'live';

/** Lifetimes of client secrets in seconds: what the provider takes, and what is asked for when the caller names none. */
export type TtlSeconds = { readonly min: number; readonly max: number; readonly default: number };

/** An upstream that mints sessions. A call of `mint` makes at most one HTTP request and never throws because of upstream. */
export type Provider = {
  /** As configured and recorded, e.g. "openai". */
  readonly name: string;
  readonly dialect: Dialect;
  readonly ttlSeconds: TtlSeconds;
  /** How long a connection that was opened with a secret can last at most, in seconds. */
  readonly longestSessionSeconds: number;
  /** Its secrets open nothing, and it has the models of sandbox-failures.ts, which no other provider has. */
  readonly isSandbox: boolean;
  /** Whether it has client secrets, for DIRECT sessions. */
  readonly mints: boolean;
  /** Opens, watches and ends calls, for BROKERED sessions; null where this provider, or what we know of it, has no way to. */
  readonly calls: CallProvider | null;
  mint(request: MintRequest): Promise<MintOutcome>;
};

export type MintRequest = {
  readonly session: SessionRequest;
  readonly expiresAfterSeconds: number;
  /** Keyed hash of the end user's id: upstream learns that two sessions are of one person, not of whom. */
  readonly safetyIdentifier: string;
};

/** Why there is no secret. Stable codes, which clients and logs get instead of upstream's prose. */
export type MintFailureCode =
  | 'upstream_unreachable'
  | 'upstream_redirected'
  | 'upstream_proxy_refused'
  | 'upstream_rejected'
  | 'upstream_authentication'
  | 'upstream_rate_limited'
  | 'upstream_quota_exhausted'
  | 'upstream_unavailable'
  | 'upstream_error'
  | 'upstream_timeout'
  | 'upstream_connection_lost'
  | 'upstream_answer_too_large'
  | 'upstream_answer_invalid';

type Answered = {
  /** The HTTP status; null when there was no answer. */
  readonly upstreamStatus: number | null;
  /** error.code of the answer, if it looks like a code. Upstream chooses it. */
  readonly upstreamCode: string | null;
  readonly upstreamRequestId: string | null;
};

type NotIssued = Answered & {
  readonly code: MintFailureCode;
  /** The field of the request that upstream complains of, if it looks like a path. Upstream chooses it. */
  readonly upstreamParam: string | null;
  /** How long upstream asks to wait, in milliseconds, at most a day. Null where trying again does not help, too. */
  readonly retryAfterMs: number | null;
};

export type MintOutcome =
  | (Answered & {
      readonly kind: 'issued';
      readonly secret: Secret;
      /** Null when the answer has none. */
      readonly expiresAt: Date | null;
      readonly upstreamSessionId: string | null;
      readonly answered: AnsweredConfig;
      /** The session object as answered. It may hold credentials: redact it before it is stored. */
      readonly rawSession: JsonObject | null;
    })
  /** Refused, so no secret exists. */
  | (NotIssued & { readonly kind: 'failed'; readonly retryable: boolean })
  /** Unknown, so a secret may exist upstream. */
  | (NotIssued & { readonly kind: 'unconfirmed' });
