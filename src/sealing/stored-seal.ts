import type { SealedValues } from '../audit/canonical-event.ts';
import type { StoredIdentity } from '../audit/identity.ts';
import type { Head } from './seal.ts';

/** A head as it is stored. `previous` is not stored, because it is the MAC of the head before. */
export type StoredHead = Omit<Head, 'previous'>;

/** A seal, and its event as it is now. */
export type StoredSeal = {
  readonly sequence: number;
  readonly eventId: string;
  readonly mac: string;
  /** Null: there is no such event. */
  readonly values: SealedValues | null;
  /** Null: there is no identity beside the event. */
  readonly identity: StoredIdentity | null;
  /** The number of the query that read it. Removals may have been signed since the last one. */
  readonly page: number;
};

/** Batches sealed from one time (inclusive) to another (exclusive), as text; null: no limit. */
export type SealingPeriod = { readonly from: string | null; readonly to: string | null };
