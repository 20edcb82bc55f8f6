/** Events that wait are counted up to here, so that a trail that nobody seals is not read to its beginning. */
export const MAX_COUNTED_UNSEALED = 10_000;

/** How far the trail is sealed. */
export type TrailState = {
  /** All that were ever sealed, including those that retention has dropped since. */
  readonly sealedEvents: number;
  /** Those that are waiting to be sealed. */
  readonly unsealedEvents: number;
  /** Null while nothing is sealed. */
  readonly lastSealedAt: Date | null;
  /** The MAC of the last head. Null while nothing is sealed. */
  readonly lastHead: string | null;
};
