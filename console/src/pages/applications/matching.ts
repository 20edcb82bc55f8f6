import type { ListedKeyFragment } from '../../gql/graphql.ts';
import type { ApplicationsSearch } from './search.ts';

export type KeyState = 'valid' | 'expired' | 'revoked';
export type ShownApplication = {
  readonly id: string;
  readonly name: string;
  readonly createdAt?: string;
  /** Undefined when the caller may not see them. */
  readonly keys: readonly ListedKeyFragment[] | undefined;
  /** How many of its keys the page does not show, because they have ended. */
  readonly hidden: number;
};

/** @param now by the server's clock, in milliseconds */
export function keyState({ revokedAt, expiresAt }: ListedKeyFragment, now: number): KeyState {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && Date.parse(expiresAt) <= now ? 'expired' : 'valid';
}

/** The applications and keys that the URL asks for. An application whose name matches is shown with all its keys. */
export function matching(
  applications: readonly Omit<ShownApplication, 'hidden'>[],
  { find = '', ended }: ApplicationsSearch,
  now: number,
): readonly ShownApplication[] {
  const has = (text: string) => text.toLowerCase().includes(find.toLowerCase());
  return applications.flatMap((application): ShownApplication[] => {
    const named = has(application.name);
    const found = application.keys?.filter((key) => named || has(key.name) || has(key.redacted));
    if (!named && (found === undefined || found.length === 0)) return [];
    const keys = found?.filter((key) => ended || keyState(key, now) === 'valid');
    return [{ ...application, keys, hidden: (found?.length ?? 0) - (keys?.length ?? 0) }];
  });
}
