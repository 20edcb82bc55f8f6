import { serverNow } from '../../api/server-clock.ts';

/** When a key expires, as it is chosen in the form. */
export type Expiry =
  | { readonly kind: 'days'; readonly days: number }
  | { readonly kind: 'at'; readonly at: string | undefined }
  | { readonly kind: 'never' };

const DAY_MS = 86_400_000;

/** The time for the API: null for never, undefined while none is chosen. */
export function expiryTime(expiry: Expiry): string | null | undefined {
  switch (expiry.kind) {
    case 'days':
      return new Date(serverNow() + expiry.days * DAY_MS).toISOString();
    case 'at':
      return expiry.at;
    case 'never':
      return null;
    default:
      return expiry satisfies never;
  }
}
