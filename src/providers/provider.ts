import type { Secret } from '../platform/redaction/secret.ts';
import type { JsonObject } from '../platform/validation/json.ts';
import type { AnsweredConfig, SessionRequest } from '../sessions/session-config.ts';

/** The wire dialects: `ga` is POST /realtime/client_secrets, `flat` the older POST /realtime/sessions. */
export type Dialect = 'ga' | 'flat';

/** Where sessions are minted. One call of `mint` is at most one HTTP request; it never throws for what upstream does. */
export type Provider = {
  /** As configured and recorded, e.g. "openai". */
  readonly name: string;
  readonly dialect: Dialect;
  /** The longest that something opened with a secret can run, in seconds. */
  readonly longestSessionSeconds: number;
  mint(request: MintRequest): Promise<MintOutcome>;
};

export type MintRequest = {
  readonly session: SessionRequest;
  readonly expiresAfterSeconds: number;
  /** Keyed hash of the end user's id: upstream learns that it is the same person, not who. */
  readonly safetyIdentifier: string;
};

/** Why there is no secret. Stable codes; what clients and logs see instead of upstream's prose. */
export type MintFailureCode =
  | 'upstream_unreachable'
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
  /** HTTP status, null when nothing was answered. */
  readonly upstreamStatus: number | null;
  /** error.code of the answer when it looks like a code; upstream controls it. */
  readonly upstreamCode: string | null;
  readonly upstreamRequestId: string | null;
};

export type MintOutcome =
  | (Answered & {
      readonly kind: 'issued';
      readonly secret: Secret;
      /** Null when upstream named none. */
      readonly expiresAt: Date | null;
      readonly upstreamSessionId: string | null;
      readonly answered: AnsweredConfig;
      /** The session object as answered. Credentials are still in it: redact before keeping. */
      readonly rawSession: JsonObject | null;
    })
  /** Refused: no secret exists. */
  | (Answered & { readonly kind: 'failed'; readonly code: MintFailureCode; readonly retryable: boolean })
  /** Unknown: a secret may exist upstream. */
  | (Answered & { readonly kind: 'unconfirmed'; readonly code: MintFailureCode });
