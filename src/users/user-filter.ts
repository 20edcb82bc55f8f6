/** A user matches when it satisfies every field that is set. */
export type UserFilter = {
  readonly externalIdPrefix?: string | null | undefined;
  readonly suspended?: boolean | null | undefined;
  readonly hasActiveSessions?: boolean | null | undefined;
};

export type UserOrder = 'LAST_SESSION_AT_DESC' | 'NEXT_EXPIRY_AT_ASC' | 'CREATED_AT_DESC';
