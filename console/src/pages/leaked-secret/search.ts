/** The secret is never in the URL, and nothing else has to be. */
export type LeakedSecretSearch = Record<never, never>;

export function validateSearch(): LeakedSecretSearch {
  return {};
}
