import type { SealedValues } from '../audit/canonical-event.ts';
import type { StoredIdentity } from '../audit/identity.ts';

/** A seal, with what is there of its event now; null: nothing. */
export type StoredSeal = {
  readonly sequence: number;
  readonly eventId: string;
  readonly mac: string;
  readonly values: SealedValues | null;
  /** What stands beside the event now. */
  readonly identity: StoredIdentity | null;
  /** Counts what was read at once: what explains it may have come since the page before. */
  readonly page: number;
};
