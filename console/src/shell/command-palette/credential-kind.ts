/**
 * What a text is that looks like a credential.
 * - client-secret: what Gatehouse hands out, and can look up
 * - api-key, root-key: Gatehouse's own, which name their row by the last four characters, or none
 * - other: a provider's key, a token, or another product's credential
 */
export type CredentialKind = 'client-secret' | 'api-key' | 'root-key' | 'other';

const kinds: readonly (readonly [RegExp, CredentialKind])[] = [
  [/\bek_[\w-]/, 'client-secret'],
  [/\bxai-realtime-client-secret-/, 'client-secret'],
  [/\bgh_root_/, 'root-key'],
  [/\bgh_[A-Za-z0-9]{16}/, 'api-key'],
  [/\bsk-[\w-]{2}|\b[rs]k_(?:live|test)_|\bsk_[0-9a-f]{16}/, 'other'],
  [/\b(?:xai|nvapi|pplx|pypi|glpat|whsec|gsk|hf|npm)[-_][\w-]{16}/, 'other'],
  [/\b(?:AIza|ya29\.|GOCSPX-|A[KS]IA[A-Z0-9]{8}|github_pat_|gh[pousr]_|xox[a-z]-|xapp-)/, 'other'],
  [/\beyJ[\w-]{8}/, 'other'],
  [/\bbearer\s+\S/i, 'other'],
];

/** The kind of credential that a text looks like, also while it is still being typed. Null when it looks like none. */
export function credentialKind(text: string): CredentialKind | null {
  return kinds.find(([form]) => form.test(text))?.[1] ?? null;
}
