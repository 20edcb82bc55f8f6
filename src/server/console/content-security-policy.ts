import type { ConsoleSettings } from './settings.ts';

/** Lets the page run its own files, and ask this gateway, the identity provider, and where calls are opened. */
export function contentSecurityPolicy({ oidc, callsUrl }: ConsoleSettings): string {
  const others = [oidc?.issuer ?? null, callsUrl].filter((url) => url !== null);
  const origins = others.map((url) => ` ${new URL(url).origin}`).join('');
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    `connect-src 'self'${origins}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
