/** The statuses of a session, in the order in which a form lists them. */
export const sessionStatuses = ['PENDING', 'ACTIVE', 'EXPIRED', 'REVOKED', 'FAILED', 'UNCONFIRMED'] as const;

export const sessionTypes = ['REALTIME', 'TRANSCRIPTION', 'TRANSLATION'] as const;

export const connectionKinds = ['DIRECT', 'BROKERED'] as const;

/** Why a session has no secret: SessionFailure.code. */
export const failureCodes = [
  'upstream_unreachable',
  'upstream_redirected',
  'upstream_proxy_refused',
  'upstream_rejected',
  'upstream_authentication',
  'upstream_rate_limited',
  'upstream_quota_exhausted',
  'upstream_unavailable',
  'upstream_error',
  'upstream_timeout',
  'upstream_connection_lost',
  'upstream_answer_too_large',
  'upstream_answer_invalid',
  'not_recorded',
  'withdrawn',
  'not_settled',
] as const;
export type FailureCode = (typeof failureCodes)[number];
