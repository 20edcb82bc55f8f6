import { setCredential } from '../api/credential.ts';
import type { Tokens } from './oidc.ts';
import type { OidcSettings } from './settings.ts';

// How long before its end a token is renewed.
const AHEAD_SECONDS = 30;

/**
 * Renews a token before it expires, as long as the provider gives the means. When it does not, the gateway refuses the
 * token at its end, and that signs out.
 * @returns the function that stops it, and forgets what it renews with
 */
export function keepRenewing(settings: OidcSettings, first: Tokens): () => void {
  let tokens: Tokens | null = first;
  let timer: ReturnType<typeof setTimeout> | undefined;
  schedule();
  return () => {
    tokens = null;
    clearTimeout(timer);
  };

  function schedule() {
    if (tokens === null || tokens.refreshToken === null || tokens.expiresInSeconds === null) return;
    const seconds = Math.max(1, tokens.expiresInSeconds - AHEAD_SECONDS);
    timer = setTimeout(() => void renew().catch(() => {}), seconds * 1000);
  }

  async function renew() {
    if (tokens === null || tokens.refreshToken === null) return;
    const { refresh } = await import('./oidc.ts');
    const next = await refresh(settings, tokens.refreshToken);
    // Somebody may have signed out meanwhile.
    if (tokens === null) return;
    tokens = next;
    setCredential(next.token);
    schedule();
  }
}
