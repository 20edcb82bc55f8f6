/** A user matches when it satisfies every field that is set. */
export type UserFilter = {
  readonly externalIdPrefix?: string | null | undefined;
  /** One of these is its external id. */
  readonly externalIds?: readonly string[] | null | undefined;
  readonly suspended?: boolean | null | undefined;
  readonly hasActiveSessions?: boolean | null | undefined;
};
