import type { SessionEvent } from './session-event.ts';

/** An entry of the audit trail, as far as subscriptions depend on it. */
export type TrailEntry = {
  readonly id: string;
  readonly at: Date;
  readonly action: string;
  readonly sessionId: string | null;
  readonly userId: string | null;
  /** The API key that the entry is about, if it is about one. */
  readonly apiKeyId: string | null;
};

/** Some entries, in the order of the trail. */
export type TrailPage = {
  readonly entries: readonly TrailEntry[];
  /** The id after which to go on reading; null if nothing is left. */
  readonly next: string | null;
};

/** How far the trail can be read in order. Its positions are ids as text, which sort in the order of the trail. */
export type Horizon = {
  /** Entries before it are complete, except for those of transactions that stay open for more than 500 ms. */
  readonly until: string;
  /** Every entry that is committed from now on has an id after it. */
  readonly begin: string;
  /** Where to start reading again in order to find entries that appeared late. */
  readonly overlap: string;
  /** True if an open transaction keeps the horizon back: it will move on in a moment. */
  readonly held: boolean;
};

/** The reads that subscriptions need. @throws UnavailableError (each of them) */
export type TrailReader = {
  /** What is read after this call is complete up to `until`. */
  readHorizon(): Promise<Horizon>;
  /** The first entries after one id and before another. */
  readPage(after: string, before: string): Promise<TrailPage>;
  /** The changes to sessions among entries, in the same order, whoever may see them. */
  readSessionEvents(entries: readonly TrailEntry[]): Promise<readonly SessionEvent[]>;
  /** What the applications call these users, by user id. Erased users are left out. */
  readExternalIds(userIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  isSuspended(externalUserId: string): Promise<boolean>;
};

export function earlier(one: string, other: string): string {
  return one < other ? one : other;
}

export function later(one: string, other: string): string {
  return one > other ? one : other;
}
