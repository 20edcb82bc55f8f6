/** Which users are meant: those that fit every field that is there. */
export type UserFilter = {
  readonly externalIdPrefix?: string | null | undefined;
  readonly suspended?: boolean | null | undefined;
  readonly hasActiveSessions?: boolean | null | undefined;
};
