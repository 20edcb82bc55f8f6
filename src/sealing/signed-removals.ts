/** What gateways signed for: events that retention dropped, and users whose identities were erased. */
export type SignedRemovals = {
  readonly wasDropped: (sequence: number) => boolean;
  readonly wasErased: (userId: string) => boolean;
};
