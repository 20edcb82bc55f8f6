/** What a gateway signed for: retention dropped these events, and what identified these users was erased. */
export type SignedRemovals = {
  readonly wasDropped: (sequence: number) => boolean;
  readonly wasErased: (userId: string) => boolean;
};
