/** The console's client at the identity provider, and what the gateway demands of a token. */
export type OidcSettings = {
  readonly issuer: string;
  readonly clientId: string;
  readonly audience: string;
  readonly scope: string;
};

let loading: Promise<OidcSettings | null> | undefined;

/** How people sign in at the identity provider. Null: they do not, or the gateway cannot be reached. */
export function oidcSettings(): Promise<OidcSettings | null> {
  loading ??= load();
  return loading;
}

async function load(): Promise<OidcSettings | null> {
  try {
    const response = await fetch('/console/config.json', { credentials: 'omit' });
    const body: unknown = await response.json();
    const oidc = isObject(body) ? body['oidc'] : null;
    if (!isObject(oidc)) return null;
    const { issuer, clientId, audience, scope } = oidc;
    const texts = [issuer, clientId, audience, scope];
    if (!texts.every((text) => typeof text === 'string')) return null;
    return {
      issuer: String(issuer),
      clientId: String(clientId),
      audience: String(audience),
      scope: String(scope),
    };
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
