import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { close, listen } from '../../src/server/http/listen.ts';
import { USERS } from '../mint/requests.ts';

const ISSUER = 'https://identity.bench.test/';
const AUDIENCE = 'gatehouse';
const ALGORITHM = 'ES256';
const KEY_ID = 'bench';

/** An identity provider with a token for each user, in their order; `env` makes a gateway trust it. */
export async function startIdentityProvider(stack: AsyncDisposableStack) {
  const { privateKey, publicKey } = await generateKeyPair(ALGORITHM);
  const jwk = { ...(await exportJWK(publicKey)), kid: KEY_ID, alg: ALGORITHM, use: 'sig' };
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ keys: [jwk] }));
  });
  const port = Number(new URL(await listen(server, 0, '127.0.0.1')).port);
  stack.defer(() => close(server, 0));
  const tokenOf = (user: number) =>
    new SignJWT({ sub: `user-${user}` })
      .setProtectedHeader({ alg: ALGORITHM, kid: KEY_ID })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt()
      .setExpirationTime('4h')
      .sign(privateKey);
  return {
    tokens: await Promise.all(Array.from({ length: USERS }, (_, user) => tokenOf(user))),
    env: {
      GATEHOUSE_JWKS_URL: `http://127.0.0.1:${port}/`,
      GATEHOUSE_JWT_ISSUER: ISSUER,
      GATEHOUSE_JWT_AUDIENCE: AUDIENCE,
      GATEHOUSE_JWT_ALGORITHMS: ALGORITHM,
    },
  };
}
