import { createServer, type ServerResponse } from 'node:http';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { listen } from './listen.ts';

/** How the key set is answered: with the keys, 503, something else than a key set, a broken connection, or never. */
export type Mood = 'up' | 'halting' | 'failing' | 'nonsense' | 'broken' | 'hanging';

export type SignOptions = {
  /** Default: the algorithm of the key that signs. */
  readonly alg?: string;
  /** Default: the id of the key that signs; null: none. */
  readonly kid?: string | null;
  /** Default: the newest key. */
  readonly key?: CryptoKey | Uint8Array;
  /** Further header fields. */
  readonly header?: Readonly<Record<string, unknown>>;
};

export type SigningKey = {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
};

export type IdentityProvider = {
  readonly url: string;
  readonly issuer: string;
  readonly audience: string;
  /** Environment of a gateway that trusts it. */
  readonly env: Record<string, string>;
  /** A token with these claims. iss, aud, iat and exp (in an hour) are filled in; a claim that is undefined is left out. */
  sign(claims: Readonly<Record<string, unknown>>, options?: SignOptions): Promise<string>;
  /** Publishes one more key and signs with it from now on. */
  addKey(alg?: string): Promise<SigningKey>;
  /** Publishes this key no more. */
  withdrawKey(kid: string): void;
  /** A new key instead of all others. */
  rotate(alg?: string): Promise<SigningKey>;
  /** Publishes more than the keys: what a test wants a gateway to be given. */
  publish(jwk: JWK): void;
  be(mood: Mood): void;
  /** Resolves when half of an answer has left, while it is halting. */
  halted(): Promise<() => void>;
  /** How often the key set was asked for. */
  requests(): number;
  close(): Promise<void>;
};

// Some have a query, or a slash at the end, without which they answer nothing.
const PATH = '/jwks.json?policy=b2c_1/';

/** A company's identity provider: an HTTP server with a key set, and tokens signed with its keys. */
export async function startIdentityProvider(): Promise<IdentityProvider> {
  const issuer = 'https://identity.example.test/';
  const audience = 'gatehouse';
  let keys: SigningKey[] = [];
  let published: JWK[] = [];
  let mood: Mood = 'up';
  let requests = 0;
  let made = 0;

  let halt = Promise.withResolvers<() => void>();

  const server = createServer((request, response) => {
    requests += 1;
    if (request.url !== PATH) {
      response.writeHead(404).end();
      return;
    }
    if (mood === 'halting') {
      const text = JSON.stringify({ keys: published });
      response.setHeader('content-type', 'application/json');
      response.write(text.slice(0, 20), () => halt.resolve(() => response.end(text.slice(20))));
      return;
    }
    answer(response, mood, published);
  });
  const url = `http://127.0.0.1:${await listen(server)}${PATH}`;

  const provider: IdentityProvider = {
    url,
    issuer,
    audience,
    env: {
      GATEHOUSE_JWKS_URL: url,
      GATEHOUSE_JWT_ISSUER: issuer,
      GATEHOUSE_JWT_AUDIENCE: audience,
      GATEHOUSE_JWKS_COOLDOWN_MS: '0',
    },
    async sign(claims, options = {}) {
      const newest = keys.at(-1);
      const { alg = newest?.alg, kid = newest?.kid ?? null, key = newest?.privateKey, header = {} } = options;
      if (alg === undefined || key === undefined) throw new Error('The identity provider has no key');
      const now = Math.floor(Date.now() / 1000);
      const all = { iss: issuer, aud: audience, iat: now, exp: now + 3600, ...claims };
      // As it goes over the wire: without what is undefined.
      return new SignJWT(JSON.parse(JSON.stringify(all)))
        .setProtectedHeader({ ...header, alg, ...(kid === null ? {} : { kid }) })
        .sign(key);
    },
    async addKey(alg = 'ES256') {
      made += 1;
      const kid = `key-${made}`;
      const pair = await generateKeyPair(alg, { extractable: true });
      const key = { kid, alg, ...pair };
      keys = [...keys, key];
      published = [...published, { ...(await exportJWK(pair.publicKey)), kid, alg, use: 'sig' }];
      return key;
    },
    withdrawKey(kid) {
      keys = keys.filter((key) => key.kid !== kid);
      published = published.filter((jwk) => jwk.kid !== kid);
    },
    async rotate(alg) {
      keys = [];
      published = [];
      return provider.addKey(alg);
    },
    publish(jwk) {
      published = [...published, jwk];
    },
    halted: () => halt.promise,
    be(next) {
      halt = Promise.withResolvers();
      mood = next;
    },
    requests: () => requests,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  await provider.addKey();
  return provider;
}

function answer(response: ServerResponse, mood: Mood, keys: readonly JWK[]): void {
  switch (mood) {
    case 'up':
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ keys }));
      return;
    case 'failing':
      response.statusCode = 503;
      response.end('away');
      return;
    case 'nonsense':
      response.setHeader('content-type', 'application/json');
      response.end('{"keys": "none"}');
      return;
    case 'broken':
      response.destroy();
      return;
    case 'halting':
    case 'hanging':
      return;
    default:
      mood satisfies never;
  }
}
