/** A user, by our id or by the applications' identifier. In the second case there may be no such user yet. */
export type UserReference =
  | { readonly id: string; readonly externalId: null }
  | { readonly id: null; readonly externalId: string };
