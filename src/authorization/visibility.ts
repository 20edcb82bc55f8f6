import type { Actor } from './actor.ts';

/**
 * Whose records a caller sees. Every read takes one; what is not visible is treated as missing. Which kinds of records
 * a caller may ask for at all is decided by scopes.
 */
export type Visibility =
  | { readonly reach: 'EVERYTHING' }
  /** The sessions that the application created, and the users it has a session of. */
  | { readonly reach: 'OWN_APPLICATION'; readonly applicationId: string }
  /** One person, and that person's sessions. */
  | { readonly reach: 'SELF'; readonly externalId: string };

/** The visibility of an actor. */
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
