import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import Provider, { type Configuration } from 'oidc-provider';
import { use } from '../../support/fixture.ts';
import { listen } from '../../support/listen.ts';
import { answerInteraction, INTERACTIONS } from './openid-interactions.ts';

export type OpenIdProvider = {
  readonly origin: string;
  /** Environment of a gateway whose console signs in here. */
  readonly env: Record<string, string>;
  /** The paths that it was asked for. */
  readonly paths: string[];
  /** What it refused, by the protocol's names. */
  readonly refusals: string[];
  close(): Promise<void>;
};

const CLIENT_ID = 'console';
/** How long the tokens are good for with which people are signed in. */
export const ACCESS_TOKEN_SECONDS = 600;
const AUDIENCE = 'https://gatehouse.example.test';

/** A real OpenID provider, at which everybody may sign in by their name alone. Tokens have no scopes of the gateway. */
export function useOpenIdProvider(): OpenIdProvider {
  return use(startOpenIdProvider, (provider) => provider.close());
}

async function startOpenIdProvider(): Promise<OpenIdProvider> {
  const paths: string[] = [];
  const refusals: string[] = [];
  const server = createServer();
  // By its name, because cookies do not keep ports apart, and the gateway has 127.0.0.1.
  const origin = `http://localhost:${await listen(server, 'localhost')}`;
  const provider = new Provider(origin, configuration());
  provider.on('authorization.error', (_, error) => void refusals.push(error.message));
  provider.on('grant.error', (_, error) => void refusals.push(error.message));
  const answer = provider.callback();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { pathname } = new URL(request.url ?? '/', origin);
    paths.push(pathname);
    if (pathname.startsWith(INTERACTIONS)) void answerInteraction(provider, request, response);
    else void answer(request, response);
  });
  return {
    origin,
    env: {
      GATEHOUSE_JWKS_URL: `${origin}/jwks`,
      GATEHOUSE_JWT_ISSUER: origin,
      GATEHOUSE_JWT_AUDIENCE: AUDIENCE,
      GATEHOUSE_CONSOLE_OIDC_CLIENT_ID: CLIENT_ID,
    },
    paths,
    refusals,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function configuration(): Configuration {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = privateKey.export({ format: 'jwk' });
  return {
    jwks: { keys: [{ ...key, kty: 'RSA', kid: 'of-the-tests', alg: 'RS256', use: 'sig' }] },
    clients: [
      {
        client_id: CLIENT_ID,
        token_endpoint_auth_method: 'none',
        // Of these it takes any port on this machine, and the gateway's is not known yet.
        application_type: 'native',
        redirect_uris: ['http://127.0.0.1/console/signed-in'],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
      },
    ],
    cookies: { keys: ['key-of-the-cookies-of-the-tests'] },
    clientBasedCORS: () => true,
    pkce: { required: () => true },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    issueRefreshToken: () => true,
    interactions: { url: (_, { uid }) => `${INTERACTIONS}${uid}` },
    ttl: {
      AccessToken: ACCESS_TOKEN_SECONDS,
      Grant: 3600,
      IdToken: 3600,
      Interaction: 3600,
      RefreshToken: 3600,
      Session: 3600,
    },
    features: {
      // Its own pages ask for a font elsewhere.
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: (_, resource) => ({
          scope: '',
          audience: resource,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  };
}
