import type { Actor } from './actor.ts';

/**
 * Whose records somebody sees. The ledger is never read without one: what is not visible is not there,
 * through every path. Scopes decide beside it which kinds of records may be asked for at all.
 */
export type Visibility =
  | { readonly reach: 'EVERYTHING' }
  /** The sessions that the application created, and the users it has a session of. */
  | { readonly reach: 'OWN_APPLICATION'; readonly applicationId: string }
  /** One person, and that person's sessions. */
  | { readonly reach: 'SELF'; readonly externalId: string };

/** What an actor sees. */
export function visibilityOf(actor: Actor): Visibility {
  switch (actor.kind) {
    case 'operator':
      return { reach: 'EVERYTHING' };
    case 'application':
      return actor.reach === 'EVERYTHING'
        ? { reach: 'EVERYTHING' }
        : { reach: 'OWN_APPLICATION', applicationId: actor.applicationId };
    case 'user':
      return { reach: 'SELF', externalId: actor.externalId };
    default:
      return actor satisfies never;
  }
}
