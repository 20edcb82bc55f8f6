import { generateApiKey } from '../../src/applications/api-key.ts';
import { sendOffer } from '../support/calls.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.ts';
import { ROOT_KEY, startGateway, type TestGateway, upstreamEnv } from '../support/gateway.ts';
import { type IdentityProvider, startIdentityProvider } from '../support/identity-provider.ts';
import { uuidOf } from '../support/ids.ts';
import type { Parsed } from '../support/parsed.ts';
import { callers, named, type Standing, standingOf } from './callers.ts';
import { type Fact, idOf, readFacts } from './records.ts';

/** What came back, to the byte. */
export type Exchange = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly body: Parsed;
};

export type World = {
  readonly database: TestDatabase;
  readonly gateway: TestGateway;
  readonly identityProvider: IdentityProvider;
  /** Sends a request as one of the callers. */
  ask(caller: string, query: string, variables?: Record<string, unknown>): Promise<Exchange>;
  /** Sends an SDP offer with the caller's own credential. @returns the status */
  offer(caller: string): Promise<number>;
  /** What was handed out for a session, by the session's id; undefined when nothing was. */
  secretOf(id: string): string | undefined;
  /** What there is, as of now. */
  facts(): Promise<readonly Fact[]>;
  close(): Promise<void>;
};

type Credentials = Map<string, string | null>;
type Secrets = Map<string, string>;

/** Instructions that make the upstream refuse a session. */
export const REFUSED = 'refuse this';

/**
 * Applications, people, sessions of each through each, events of every sort; and credentials for every kind of caller.
 * @param urlOf where the gateway finds the database, if something is to stand in between
 */
export async function startWorld(
  urlOf: (database: TestDatabase) => Promise<string> | string = ({ url }) => url,
): Promise<World> {
  const database = await createDatabase();
  const upstream = await startFakeUpstream({ kind: 'ga' });
  upstream.always({
    kind: 'choose',
    choose: ({ text }) => (text.includes(REFUSED) ? refusal : { kind: 'echo' }),
  });
  const identityProvider = await startIdentityProvider();
  const gateway = await startGateway(
    { url: await urlOf(database), ownerUrl: database.ownerUrl },
    {
      ...upstreamEnv(upstream.baseUrl),
      ...identityProvider.env,
      // One document asks for many paths at once.
      GATEHOUSE_MAX_ALIASES: '10000',
      GATEHOUSE_MAX_COST: '10000000',
      GATEHOUSE_MAX_TOKENS: '100000',
      // Which takes a while on a busy machine.
      GATEHOUSE_DATABASE_TIMEOUT_MS: '30000',
    },
  );
  const credentials: Credentials = new Map();
  const secrets: Secrets = new Map();
  const world: World = {
    database,
    gateway,
    identityProvider,
    ask: (caller, query, variables) =>
      exchange(gateway.url, credentialOf(credentials, caller), query, variables),
    offer: async (caller) => (await sendOffer(gateway.url, credentialOf(credentials, caller) ?? '')).status,
    secretOf: (id) => secrets.get(id),
    facts: () => readFacts(database),
    close: () => close(gateway, upstream, identityProvider, database),
  };
  await makeCredentials(world, credentials);
  await makeRecords(world, secrets);
  return world;
}

const refusal = {
  kind: 'answer',
  status: 400,
  body: { error: { message: 'no', type: 'invalid_request_error', param: null, code: 'no' } },
} as const;

async function close(
  gateway: TestGateway,
  upstream: FakeUpstream,
  identityProvider: IdentityProvider,
  database: TestDatabase,
): Promise<void> {
  await gateway.close();
  await Promise.all([upstream.stop(), identityProvider.close()]);
  await database.drop();
}

function credentialOf(credentials: Credentials, caller: string): string | null {
  const credential = credentials.get(caller);
  if (credential === undefined) throw new Error(`${caller} has no credential`);
  return credential;
}

async function exchange(
  url: string,
  credential: string | null,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<Exchange> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json',
      ...(credential === null ? {} : { authorization: `Bearer ${credential}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    text,
    body: JSON.parse(text),
  };
}

async function makeCredentials(world: World, credentials: Credentials): Promise<void> {
  const { gateway, identityProvider } = world;
  const root = asRoot(gateway);
  const ids = new Map<string, string>();
  for (const name of ['A', 'B', 'C']) {
    const made = await root('createApplication', 'CreateApplicationInput', { name }, 'application { id }');
    ids.set(name, made.application.id);
  }
  const makeKey = async (name: string, standing: Standing, expiresAt: string | null = null) => {
    if (standing.kind !== 'application') throw new Error(`${name} is no application`);
    const { application, scopes, reach } = standing;
    const input = { applicationId: ids.get(application), name, scopes, reach, expiresAt };
    return root('createApiKey', 'CreateApiKeyInput', input, 'value apiKey { id }');
  };
  const full = standingOf('key of A with all scopes');
  await Promise.all(
    Object.entries(callers).map(async ([name, standing]) => {
      if (standing.kind === 'application') credentials.set(name, (await makeKey(name, standing)).value);
      if (standing.kind === 'end user')
        credentials.set(name, await identityProvider.sign({ sub: standing.externalId }));
      if (standing.kind === 'operator')
        credentials.set(name, await identityProvider.sign({ sub: name, gatehouse_scopes: standing.scopes }));
    }),
  );
  credentials.set('root key', ROOT_KEY);
  credentials.set('no credential', null);
  credentials.set('a credential that is none', 'nonsense');
  credentials.set(
    "another issuer's token",
    await identityProvider.sign({ sub: 'alice', iss: 'https://other.test/' }),
  );

  // The id of a key that there is, with another secret.
  const { apiKey } = await makeKey('wrong secret', full);
  const uuid = uuidOf(apiKey.id);
  credentials.set('a key with a wrong secret', generateApiKey(uuid).value.reveal());

  const revoked = await makeKey('revoked', full);
  await root('revokeApiKey', 'RevokeApiKeyInput', { id: revoked.apiKey.id }, 'apiKey { id }');
  credentials.set('a revoked key', revoked.value);

  const expired = await makeKey('expired', full, new Date(Date.now() + 3_600_000).toISOString());
  await world.database.query(
    `UPDATE api_key SET created_at = now() - interval '2 hours', expires_at = now() - interval '1 second' WHERE name = 'expired'`,
  );
  credentials.set('an expired key', expired.value);
}

async function makeRecords(world: World, secrets: Secrets): Promise<void> {
  const create = async (caller: string, externalUserId?: string) => {
    const { body } = await world.ask(
      caller,
      `mutation ($input: CreateRealtimeSessionInput!) {
        createRealtimeSession(input: $input) {
          ... on CreateRealtimeSessionSuccess { session { id } clientSecret { value } }
        }
      }`,
      { input: { externalUserId } },
    );
    const { session, clientSecret } = body.data.createRealtimeSession;
    secrets.set(session.id, clientSecret.value);
    return String(session.id);
  };
  const [A, B] = ['key of A with all scopes', 'key of B with all scopes'];
  await create(A, 'alice');
  await create(B, 'bob');
  await create(A, 'carol');
  await create('end user alice');
  await create('end user bob');
  // What A did to a session that is none of its own: A sees the event, not the session.
  const dave = await create(B, 'dave');
  await world.ask(
    'key of A with all scopes, EVERYTHING',
    'mutation ($id: ID!) { revokeRealtimeSession(input: { id: $id }) { __typename } }',
    { id: dave },
  );
  await addCalls(world);
  const root = asRoot(world.gateway);
  await root('suspendUser', 'SuspendUserInput', { externalUserId: 'eve' }, 'user { id }');
  await root(
    'setPolicy',
    'SetPolicyInput',
    { externalUserId: 'alice', maxActiveSessions: 500 },
    'user { id }',
  );
  const a = named(await world.facts(), 'Application', 'A');
  await root(
    'setPolicy',
    'SetPolicyInput',
    { applicationId: idOf(a), maxTtlSeconds: 7000 },
    'application { id }',
  );
  for (const caller of ['key of A without scopes', 'end user alice', 'an end user without records'])
    await world.ask(caller, '{ applications { id } }');
}

/** A call of a session of each user but dave, whose session is revoked. The provider of this world opens none. */
async function addCalls({ database }: World): Promise<void> {
  await database.query(`
    WITH brokered AS (
      UPDATE realtime_session SET connection = 'BROKERED', max_call_seconds = 3600, idle_seconds = 0, redeemed_at = now()
      WHERE revoked_at IS NULL AND id IN (SELECT DISTINCT ON (user_id, application_id) id FROM realtime_session)
      RETURNING *
    )
    INSERT INTO realtime_call (session_id, user_id, application_id, created_at, connect_by, must_end_by, upstream_call_id,
      provider_key_id, connected_at, deadline_at, last_activity_at)
    SELECT id, user_id, application_id, now(), now(), now() + interval '1 day', 'rtc_1', 'k', now(), now() + interval '1 hour', now()
    FROM brokered`);
}

/** Changes something as the root key; the members of the result that are asked for. */
function asRoot(gateway: TestGateway) {
  return async (field: string, inputType: string, input: unknown, selection: string) => {
    const success =
      field === 'suspendUser' ? 'UserSuccess' : `${field[0]?.toUpperCase()}${field.slice(1)}Success`;
    const { body } = await gateway.ask(
      `mutation ($input: ${inputType}!) { ${field}(input: $input) { __typename ... on ${success} { ${selection} } } }`,
      { input },
    );
    if (body.data?.[field].__typename !== success) throw new Error(`${field}: ${JSON.stringify(body)}`);
    return body.data[field];
  };
}
