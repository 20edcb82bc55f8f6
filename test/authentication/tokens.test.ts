import { exportJWK, generateKeyPair } from 'jose';
import { describe, expect, test } from 'vitest';
import { readUser, suspendUser } from '../support/ask.ts';
import { askAs } from '../support/callers.ts';
import { eventually } from '../support/eventually.ts';
import { useDatabase, useGateway, useIdentityProvider } from '../support/fixture.ts';
import { type Answer, startGateway } from '../support/gateway.ts';
import { type IdentityProvider, startIdentityProvider } from '../support/identity-provider.ts';

const VIEWER = '{ viewer { kind name scopes reach user { externalId } application { id } } }';
const CREATE = `mutation Create($input: CreateRealtimeSessionInput!) {
  createRealtimeSession(input: $input) {
    __typename ... on CreateRealtimeSessionSuccess { session { id user { externalId } application { name } } }
  }
}`;

const database = useDatabase();
const identity = useIdentityProvider();
const gateway = useGateway(database, () => identity.env);

describe('a token', () => {
  test('without the scopes claim is an end user, who acts for itself', async () => {
    const token = await identity.sign({ sub: 'alice' });
    expect(await viewerOf(token)).toEqual({
      kind: 'USER',
      name: 'alice',
      scopes: [],
      reach: 'SELF',
      user: null,
      application: null,
    });
    const { body } = await askAs(gateway, token, CREATE, { input: {} });
    const { session } = body.data.createRealtimeSession;
    expect(session).toMatchObject({ user: { externalId: 'alice' }, application: { name: 'default' } });
    expect(await viewerOf(token)).toMatchObject({ user: { externalId: 'alice' } });
    const events = await database.query(
      `SELECT action, actor_kind, i.actor_name, actor_user_id = e.user_id AS own, actor_application_id AS application
       FROM audit_event AS e JOIN audit_identity AS i ON i.event_id = e.id ORDER BY e.id`,
    );
    const actor = { actor_kind: 'USER', actor_name: 'alice', own: true, application: null };
    expect(events).toEqual([
      { action: 'session.requested', ...actor },
      { action: 'session.issued', ...actor },
    ]);
  });

  test.each([
    'https://dora.example/profile/card#me',
    'acct://dora@example.com',
    'sk-00123456',
    'a-sk-Zm9vYmFyYmF6',
  ])('of %s is of a user who can be found and suspended by that name', async (sub) => {
    const token = await identity.sign({ sub });
    const mint = async () =>
      (await askAs(gateway, token, CREATE, { input: {} })).body.data.createRealtimeSession;
    expect((await mint()).session.user).toEqual({ externalId: sub });
    expect(await readUser(gateway, sub)).toMatchObject({ externalId: sub });
    expect(await suspendUser(gateway, { externalUserId: sub })).toMatchObject({ __typename: 'UserSuccess' });
    expect((await mint()).__typename).toBe('UserSuspendedError');
  });

  test('of an end user may name itself, and nobody else', async () => {
    const token = await identity.sign({ sub: 'alice' });
    const ask = (externalUserId: string) => askAs(gateway, token, CREATE, { input: { externalUserId } });
    expect((await ask('alice')).body.data.createRealtimeSession.__typename).toBe(
      'CreateRealtimeSessionSuccess',
    );
    const refused = await ask('bob');
    expect([refused.status, refused.body.errors[0].extensions.code]).toEqual([403, 'FORBIDDEN']);
    expect(await database.query(`SELECT FROM end_user WHERE external_id = 'bob'`)).toEqual([]);
  });

  test('with the scopes claim is an operator with those scopes that are known', async () => {
    const claims = { sub: 'olga@example.test', gatehouse_scopes: ['AUDIT_READ', 'FLY', 'SESSIONS_READ'] };
    expect(await viewerOf(await identity.sign(claims))).toMatchObject({
      kind: 'OPERATOR',
      name: 'olga@example.test',
      scopes: ['SESSIONS_READ', 'AUDIT_READ'],
      reach: 'EVERYTHING',
    });
    expect(await viewerOf(await identity.sign({ sub: 'olga', gatehouse_scopes: [] }))).toMatchObject({
      kind: 'OPERATOR',
      scopes: [],
    });
  });

  test('may have several audiences', async () => {
    const token = await identity.sign({ sub: 'alice', aud: ['else', identity.audience] });
    expect(await viewerOf(token)).toMatchObject({ name: 'alice' });
  });
});

describe('refused, each with the same bytes, is a token', () => {
  const now = () => Math.floor(Date.now() / 1000);
  const sub = 'alice';
  const wrongKey = generateKeyPair('ES256');
  test.each<[string, () => Promise<string>]>([
    [
      'that is not signed',
      async () => unsigned({ sub, iss: identity.issuer, aud: identity.audience, exp: now() + 60 }),
    ],
    ['whose subject is a credential', () => identity.sign({ sub: `sk-${'a1B2'.repeat(12)}` })],
    ['for another audience', () => identity.sign({ sub, aud: 'somebody-else' })],
    ['of another issuer', () => identity.sign({ sub, iss: 'https://evil.example' })],
    ['that expired a second ago', () => identity.sign({ sub, exp: now() - 1 })],
    ['that expires just now', () => identity.sign({ sub, exp: now() })],
    ['that is not valid yet', () => identity.sign({ sub, nbf: now() + 60 })],
    ['that never expires', () => identity.sign({ sub, exp: undefined })],
    ['signed by another key', async () => identity.sign({ sub }, { key: (await wrongKey).privateKey })],
    ['with a path for a key id', () => identity.sign({ sub }, { kid: '../../../../etc/passwd' })],
    ['with SQL for a key id', () => identity.sign({ sub }, { kid: "' OR 1=1 --" })],
    ['of an unknown key', () => identity.sign({ sub }, { kid: 'unheard-of' })],
    [
      'signed with a secret',
      () =>
        identity.sign(
          { sub },
          { alg: 'HS256', key: new TextEncoder().encode('0123456789abcdef0123456789abcdef') },
        ),
    ],
    [
      'that brings its own key',
      () => identity.sign({ sub }, { kid: 'mine', header: { jwk: { kty: 'oct', k: 'AA' } } }),
    ],
    [
      'that says where its key is',
      () => identity.sign({ sub }, { kid: 'mine', header: { jku: identity.url } }),
    ],
    ['without a subject', () => identity.sign({})],
    ['with an empty subject', () => identity.sign({ sub: '' })],
    ['with a subject that is too long', () => identity.sign({ sub: 's'.repeat(256) })],
    ['with a subject that cannot be stored', () => identity.sign({ sub: 'a\0b' })],
    ['with scopes that are no array', () => identity.sign({ sub, gatehouse_scopes: 'SESSIONS_READ' })],
    ['with scopes that are null', () => identity.sign({ sub, gatehouse_scopes: null })],
    [
      'of an operator with the name of the root key',
      () => identity.sign({ sub: 'root', gatehouse_scopes: [] }),
    ],
    ['cut off', async () => (await identity.sign({ sub })).slice(0, -4)],
    ['with its payload changed', async () => withPayload(await identity.sign({ sub }), { sub: 'bob' })],
  ])('%s', async (_, sign) => {
    const answer = await askAs(gateway, await sign(), VIEWER);
    const reference = await askAs(gateway, 'nonsense', VIEWER);
    expect(answer.status).toBe(401);
    expect(bytesOf(answer)).toBe(bytesOf(reference));
  });

  test('and each is counted by why', async () => {
    const metrics = await (await fetch(`${gateway.managementUrl}/metrics`)).text();
    for (const reason of [
      'ERR_JWT_EXPIRED',
      'ERR_JWKS_NO_MATCHING_KEY',
      'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
      'claims',
    ])
      expect(metrics).toMatch(
        new RegExp(`gatehouse_credentials_refused_total\\{reason="${reason}"\\} [1-9]`),
      );
  });
});

test('a token that was accepted is refused when it has expired', async () => {
  const exp = Math.floor(Date.now() / 1000) + 2;
  const token = await identity.sign({ sub: 'alice', exp });
  expect((await askAs(gateway, token, VIEWER)).status).toBe(200);
  await eventually(async () => ((await askAs(gateway, token, VIEWER)).status === 401 ? true : undefined));
  expect(Date.now()).toBeGreaterThanOrEqual(exp * 1000);
});

test("the provider's new key is fetched when it is first seen, and its withdrawn one is forgotten", async () => {
  const before = await identity.sign({ sub: 'alice' });
  expect((await askAs(gateway, before, VIEWER)).status).toBe(200);
  await identity.rotate();
  const after = await identity.sign({ sub: 'alice' });
  expect((await askAs(gateway, after, VIEWER)).status).toBe(200);
  // It was verified, and is known; but its key is not the provider's any more.
  expect((await askAs(gateway, before, VIEWER)).status).toBe(401);
});

test('a token that is checked just while its key is withdrawn is not remembered', async () => {
  const provider = await startIdentityProvider();
  const own = await startGateway(database, provider.env);
  const ask = async (token: string) => (await askAs(own, token, VIEWER)).status;
  try {
    expect(await ask(await provider.sign({ sub: 'alice' }))).toBe(200);
    const before = await provider.sign({ sub: 'bob' });
    await provider.rotate();
    provider.be('halting');
    const after = ask(await provider.sign({ sub: 'carol' }));
    const goOn = await provider.halted();
    // The new set is on its way, and the old one still in use.
    await eventually(async () => ((await ask(before)) === 200 ? true : undefined));
    goOn();
    expect(await after).toBe(200);
    // It is looked for once more, which is not what this is about.
    provider.be('up');
    expect(await ask(before)).toBe(401);
  } finally {
    await own.close();
    await provider.close();
  }
});

describe('a token that names no key', () => {
  /** Publishes a key of which nobody says the id. */
  const publishUnnamed = async (provider: IdentityProvider, alg = 'ES256') => {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
    provider.publish({ ...(await exportJWK(publicKey)), alg, use: 'sig' });
    return (claims: object) =>
      provider.sign({ sub: 'alice', ...claims }, { alg, kid: null, key: privateKey });
  };
  const provider = useIdentityProvider();
  const own = useGateway(database, () => provider.env);
  const ask = async (token: string) => (await askAs(own, token, VIEWER)).status;

  test('is checked with each key of its algorithm, whether the keys have ids or not', async () => {
    const signers = await Promise.all(
      ['ES256', 'ES256', 'RS256', 'RS256'].map((alg) => publishUnnamed(provider, alg)),
    );
    for (const sign of signers) expect(await ask(await sign({}))).toBe(200);
    expect(await ask(await provider.sign({ sub: 'alice' }, { kid: null }))).toBe(200);
  });

  test('is refused for what it says, and when none of the keys has signed it', async () => {
    const sign = await publishUnnamed(provider);
    expect(await ask(await sign({ aud: 'somebody-else' }))).toBe(401);
    expect(await ask(await sign({ exp: 1 }))).toBe(401);
    const stranger = (await generateKeyPair('ES256')).privateKey;
    expect(await ask(await provider.sign({ sub: 'alice' }, { kid: null, key: stranger }))).toBe(401);
  });

  test('is checked with the key that came in place of the only one', async () => {
    const single = await startIdentityProvider();
    single.withdrawKey('key-1');
    const before = await publishUnnamed(single);
    const other = await startGateway(database, single.env);
    try {
      const old = await before({});
      expect((await askAs(other, old, VIEWER)).status).toBe(200);
      await single.rotate();
      single.withdrawKey('key-2');
      const after = await publishUnnamed(single);
      expect((await askAs(other, await after({}), VIEWER)).status).toBe(200);
      expect((await askAs(other, old, VIEWER)).status).toBe(401);
    } finally {
      await other.close();
      await single.close();
    }
  });
});

test.each(['ES256', 'RS256', 'PS256', 'EdDSA'])('a key for %s is fit to sign with', async (alg) => {
  await identity.addKey(alg);
  expect(await viewerOf(await identity.sign({ sub: 'alice' }))).toMatchObject({ name: 'alice' });
});

test('an algorithm that is not among those allowed is refused, though the key is the provider’s', async () => {
  await identity.addKey('ES384');
  expect((await askAs(gateway, await identity.sign({ sub: 'alice' }), VIEWER)).status).toBe(401);
  await identity.rotate();
});

describe('while the provider is away', () => {
  test.each(['failing', 'nonsense', 'broken'] as const)(
    '(%s) its known keys serve, and it is not hammered',
    async (mood) => {
      const provider = await startIdentityProvider();
      const patient = await startGateway(database, { ...provider.env, GATEHOUSE_JWKS_COOLDOWN_MS: '400' });
      try {
        await eventually(async () =>
          (await askAs(patient, await provider.sign({ sub: 'alice' }), VIEWER)).status === 200
            ? true
            : undefined,
        );
        provider.be(mood);
        const asked = provider.requests();
        const startedAt = performance.now();
        let refused = 0;
        // Until it was asked twice more, so that there was something to hold back.
        while (provider.requests() < asked + 2) {
          const unknown = await provider.sign({ sub: 'alice' }, { kid: `unknown-${refused}` });
          expect((await askAs(patient, unknown, VIEWER)).status).toBe(401);
          refused += 1;
        }
        expect(refused).toBeGreaterThan(5);
        expect(performance.now() - startedAt).toBeGreaterThan(400);
        expect((await askAs(patient, await provider.sign({ sub: 'bob' }), VIEWER)).status).toBe(200);
      } finally {
        await patient.close();
        await provider.close();
      }
    },
  );

  test('before any key ever came, nobody is turned away for good', async () => {
    const provider = await startIdentityProvider();
    provider.be('failing');
    const early = await startGateway(database, provider.env);
    try {
      const token = await provider.sign({ sub: 'alice' });
      const answer = await askAs(early, token, VIEWER);
      expect([answer.status, answer.body.errors[0].extensions.code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
      provider.be('up');
      expect((await askAs(early, token, VIEWER)).status).toBe(200);
    } finally {
      await early.close();
      await provider.close();
    }
  });
});

test('without a provider no token is accepted', async () => {
  const alone = await startGateway(database);
  try {
    expect((await askAs(alone, await identity.sign({ sub: 'alice' }), VIEWER)).status).toBe(401);
  } finally {
    await alone.close();
  }
});

async function viewerOf(token: string) {
  const { status, body } = await askAs(gateway, token, VIEWER);
  expect(status).toBe(200);
  return body.data.viewer;
}

function bytesOf({ status, body }: Answer): string {
  return JSON.stringify([status, body]).replaceAll(body.errors[0].extensions.requestId, '');
}

function unsigned(payload: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none', typ: 'JWT' })}.${part(payload)}.`;
}

/** The token with its claims replaced and its signature kept. */
function withPayload(token: string, changes: object): string {
  const [header, payload = '', signature] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  return [
    header,
    Buffer.from(JSON.stringify({ ...claims, ...changes })).toString('base64url'),
    signature,
  ].join('.');
}
