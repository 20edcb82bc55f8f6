import * as oauth from 'oauth4webapi';
import { keepPending, type Returned, redirectUri } from './oidc-return.ts';
import type { OidcSettings } from './settings.ts';

/** What the identity provider gave: a token for the gateway, and perhaps one for the next. All in memory. */
export type Tokens = {
  readonly token: string;
  readonly refreshToken: string | null;
  /** How long the token is good for, as far as the provider says. */
  readonly expiresInSeconds: number | null;
};

type Server = {
  readonly as: oauth.AuthorizationServer;
  readonly options: { [oauth.allowInsecureRequests]: boolean };
};

/** Goes to the identity provider, which sends people back to `redirectUri()`. @throws when it cannot be reached */
export async function goToProvider(settings: OidcSettings, returnTo: string): Promise<void> {
  const { as } = await discover(settings);
  if (as.authorization_endpoint === undefined)
    throw new Error('The identity provider names no page to sign in at.');
  const verifier = oauth.generateRandomCodeVerifier();
  const pending = {
    verifier,
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    returnTo,
  };
  const url = new URL(as.authorization_endpoint);
  const parameters = {
    client_id: settings.clientId,
    redirect_uri: redirectUri(),
    response_type: 'code',
    scope: settings.scope,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state: pending.state,
    nonce: pending.nonce,
    ...audienceParameters(settings),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  keepPending(pending);
  location.assign(url);
}

/** Exchanges the code for tokens. @throws when the provider refuses, or its answer does not belong to this page */
export async function exchangeCode(settings: OidcSettings, { pending, answer }: Returned): Promise<Tokens> {
  const { as, options } = await discover(settings);
  const client = clientOf(settings);
  const parameters = oauth.validateAuthResponse(as, client, answer, pending.state);
  const response = await oauth.authorizationCodeGrantRequest(
    as,
    client,
    oauth.None(),
    parameters,
    redirectUri(),
    pending.verifier,
    { ...options, additionalParameters: audienceParameters(settings) },
  );
  const result = await oauth.processAuthorizationCodeResponse(as, client, response, {
    expectedNonce: pending.nonce,
    requireIdToken: usesIdToken(settings),
  });
  return tokensOf(settings, result);
}

/** New tokens for old. `refused`: the provider gives none. `unreachable`: it may later. */
export async function refresh(
  settings: OidcSettings,
  refreshToken: string,
): Promise<Tokens | 'refused' | 'unreachable'> {
  try {
    const { as, options } = await discover(settings);
    const client = clientOf(settings);
    const response = await oauth.refreshTokenGrantRequest(as, client, oauth.None(), refreshToken, {
      ...options,
      additionalParameters: audienceParameters(settings),
    });
    const tokens = tokensOf(settings, await oauth.processRefreshTokenResponse(as, client, response));
    return { ...tokens, refreshToken: tokens.refreshToken ?? refreshToken };
  } catch (error) {
    return error instanceof oauth.ResponseBodyError ? 'refused' : 'unreachable';
  }
}

async function discover({ issuer }: OidcSettings): Promise<Server> {
  const url = new URL(issuer);
  // The gateway's settings say http: only for a provider on the same machine or network.
  const options = { [oauth.allowInsecureRequests]: url.protocol === 'http:' };
  const response = await oauth.discoveryRequest(url, options);
  return { as: await oauth.processDiscoveryResponse(url, response), options };
}

function clientOf({ clientId }: OidcSettings): oauth.Client {
  return { client_id: clientId };
}

/** Where the gateway takes what was made for this client, that is the token that says who somebody is. */
function usesIdToken({ audience, clientId }: OidcSettings): boolean {
  return audience === clientId;
}

/** Otherwise the provider has to make a token for the gateway: some ask for `resource` (RFC 8707), some for `audience`. */
function audienceParameters(settings: OidcSettings): Record<string, string> {
  const { audience } = settings;
  if (usesIdToken(settings) || !/^(?:https?|urn):/.test(audience)) return {};
  return { resource: audience, audience };
}

function tokensOf(settings: OidcSettings, result: oauth.TokenEndpointResponse): Tokens {
  const token = usesIdToken(settings) ? result.id_token : result.access_token;
  if (token === undefined) throw new Error('The identity provider gave no token for the gateway.');
  return { token, refreshToken: result.refresh_token ?? null, expiresInSeconds: result.expires_in ?? null };
}
