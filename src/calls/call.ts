/** CONNECTING: offered upstream. UNCERTAIN: whether upstream made it is unknown, so it counts until it must have ended. */
export const CALL_STATUSES = ['CONNECTING', 'LIVE', 'ENDED', 'UNCERTAIN'] as const;
export type CallStatus = (typeof CALL_STATUSES)[number];

export const CALL_ENDS = [
  'CLIENT_ENDED',
  'DEADLINE',
  'IDLE',
  'BUDGET',
  'REVOKED',
  'SUSPENDED',
  'OPERATOR',
  'UPSTREAM_ENDED',
  'UPSTREAM_REFUSED',
  'ATTACH_FAILED',
  'WATCH_LOST',
  'UNKNOWN',
] as const;
export type CallEnd = (typeof CALL_ENDS)[number];

/** A call as the ledger shows it, by the database's clock. A session has at most one, which has the session's id. */
export type Call = {
  readonly id: string;
  readonly userId: string;
  readonly applicationId: string;
  readonly status: CallStatus;
  readonly createdAt: Date;
  readonly connectedAt: Date | null;
  readonly endedAt: Date | null;
  /** When Gatehouse ends it at the latest; null before it is connected. */
  readonly deadlineAt: Date | null;
  readonly lastActivityAt: Date | null;
  /** Null while it has not ended. */
  readonly endReason: CallEnd | null;
  /** Fields of the config that the browser changed, by their names on the wire. */
  readonly driftedFields: readonly string[];
};

/** A call matches when it satisfies every field that is set. Of a list one value has to match. */
export type CallFilter = {
  readonly statuses?: readonly CallStatus[] | null | undefined;
  readonly endReasons?: readonly CallEnd[] | null | undefined;
  readonly externalUserId?: string | null | undefined;
  readonly applicationId?: string | null | undefined;
};
