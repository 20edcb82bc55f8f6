/** Somebody by our id, or by the identifier the applications use; the latter may not have asked for anything yet. */
export type UserReference =
  | { readonly id: string; readonly externalId: null }
  | { readonly id: null; readonly externalId: string };
