/** A user matches when it satisfies every field that is set; null is the same as not set. */
export type UserFilter = {
  readonly externalIdPrefix?: string | null | undefined;
  readonly suspended?: boolean | null | undefined;
  readonly hasActiveSessions?: boolean | null | undefined;
};
