import type { ConsoleSettings } from './settings.ts';

/** Lets the page run its own files, and ask this gateway and the identity provider. */
export function contentSecurityPolicy({ oidc }: ConsoleSettings): string {
  const issuer = oidc === null ? '' : ` ${new URL(oidc.issuer).origin}`;
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    `connect-src 'self'${issuer}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
