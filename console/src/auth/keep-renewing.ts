import { setCredential } from '../api/credential.ts';
import type { Tokens } from './oidc.ts';
import type { OidcSettings } from './settings.ts';

// How long before its end a token is renewed, unless it is that short itself.
const AHEAD_SECONDS = 30;
const RETRY_SECONDS = 5;

/**
 * Renews a token before it expires, as long as the page lives and the provider gives the means. When the provider cannot be
 * reached, the gateway refuses the token at its end, and that signs out.
 * @param onRefused called when the provider gives no further token
 */
export function keepRenewing(settings: OidcSettings, first: Tokens, onRefused: () => void): void {
  let tokens = first;
  const { expiresInSeconds } = first;
  if (expiresInSeconds !== null) renewIn(secondsUntilRenewal(expiresInSeconds));

  function renewIn(seconds: number) {
    setTimeout(() => void renew(), seconds * 1000);
  }

  async function renew() {
    if (tokens.refreshToken === null) return;
    const { refresh } = await import('./oidc.ts');
    const next = await refresh(settings, tokens.refreshToken);
    if (next === 'unreachable') return renewIn(RETRY_SECONDS);
    if (next === 'refused') return onRefused();
    tokens = next;
    setCredential(next.token);
    if (next.expiresInSeconds !== null) renewIn(secondsUntilRenewal(next.expiresInSeconds));
  }
}

function secondsUntilRenewal(expiresInSeconds: number): number {
  return Math.max(1, expiresInSeconds / 2, expiresInSeconds - AHEAD_SECONDS);
}
