import type { Refusal } from './refusal.ts';

/**
 * Refuses what is no POST, and what another site's page sent: the browser adds the user's cookies to that as well. Without
 * either header it is no browser, and no cookie is sent against the user's will.
 */
export function checkRequest(request: Request, allowedOrigins: readonly string[]): Refusal | undefined {
  if (request.method !== 'POST') {
    const headers = { allow: 'POST' };
    return { status: 405, code: 'METHOD_NOT_ALLOWED', message: 'Send a POST request.', headers };
  }
  const origin = request.headers.get('origin');
  if (origin !== null && allowedOrigins.includes(origin)) return undefined;
  const site = request.headers.get('sec-fetch-site');
  const isForeign =
    site === null
      ? origin !== null && hostOf(origin) !== ownHost(request)
      : site !== 'same-origin' && site !== 'none';
  if (!isForeign) return undefined;
  return { status: 403, code: 'CROSS_ORIGIN', message: 'Pages of other origins may not ask for a token.' };
}

/** The host that the browser named: behind a proxy the request's own address may be another. */
function ownHost(request: Request): string {
  return (request.headers.get('host') ?? new URL(request.url).host).toLowerCase();
}

/** Null for an origin that hides itself ("null"), which is nobody's own. */
function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}
