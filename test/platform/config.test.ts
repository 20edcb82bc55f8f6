import { describe, expect, test } from 'vitest';
import {
  CANARY,
  database,
  type Environment,
  external,
  identity,
  key,
  keys,
  loadConfig,
  NEEDED_TOGETHER,
  PROVIDERS,
  problems,
  variables,
} from '../support/config-problems.ts';
import { CONTRACT, EMPTY } from './config-contract.ts';

describe('defaults', () => {
  test('an empty environment is a complete configuration: embedded, with the sandbox', () => {
    expect(loadConfig({})).toEqual(EMPTY);
  });

  test.each(Object.entries(variables))(
    "%s is in the operator's contract, with its default",
    (name, schema) => {
      expect(Object.keys(CONTRACT)).toContain(name);
      expect(schema.safeParse(undefined)).toEqual({ success: true, data: CONTRACT[name] });
    },
  );

  test('empty values count as unset', () => {
    const empty = Object.fromEntries(Object.keys(variables).map((name) => [name, '']));
    expect(loadConfig({ ...empty, GATEHOUSE_TYPO: '' })).toEqual(loadConfig({}));
  });

  test('with a database of its own, a stopping gateway waits for load balancers, unless told otherwise', () => {
    expect(loadConfig(external).shutdownDelayMs).toBe(5000);
    expect(loadConfig({ ...external, GATEHOUSE_SHUTDOWN_DELAY_MS: '0' }).shutdownDelayMs).toBe(0);
    expect(loadConfig({ GATEHOUSE_SHUTDOWN_DELAY_MS: '70' }).shutdownDelayMs).toBe(70);
  });

  test('with a database of its own, GraphiQL and introspection are off unless asked for', () => {
    expect(loadConfig(external)).toMatchObject({ graphiql: false, introspection: false });
    const asked = { ...external, GATEHOUSE_GRAPHIQL: 'true', GATEHOUSE_INTROSPECTION: 'true' };
    expect(loadConfig(asked)).toMatchObject({ graphiql: true, introspection: true });
    expect(loadConfig({ GATEHOUSE_GRAPHIQL: 'false' })).toMatchObject({
      graphiql: false,
      introspection: true,
    });
  });

  test('with a database of its own, the console is off unless asked for, and then has to be built', () => {
    expect(loadConfig(external).console.serve).toBe(false);
    expect(loadConfig({ ...external, GATEHOUSE_CONSOLE: 'true' }).console.serve).toBe(true);
    expect(loadConfig({ GATEHOUSE_CONSOLE: 'true' }).console.serve).toBe(true);
    expect(loadConfig({ GATEHOUSE_CONSOLE: 'false' }).console.serve).toBe(false);
  });
});

const otherAccounts: Environment = {
  AZURE_OPENAI_ENDPOINT: 'https://a.example',
  AZURE_OPENAI_API_KEY: 'a1b2',
  XAI_API_KEY: 'xai-1',
};

describe('what depends on other variables', () => {
  test.each<[string, Environment, string[]]>([
    [
      'a database of its own needs keys, because replicas share them, and a provider',
      database,
      [
        'GATEHOUSE_ROOT_KEY is needed with DATABASE_URL (openssl rand -base64 33)',
        'GATEHOUSE_FINGERPRINT_KEY is needed with DATABASE_URL (openssl rand -base64 32)',
        'GATEHOUSE_AUDIT_KEY is needed with DATABASE_URL (openssl rand -base64 32)',
        'GATEHOUSE_PROVIDER is needed with DATABASE_URL while OPENAI_API_KEY is unset',
      ],
    ],
    ['an API key names the provider', { ...database, ...keys, OPENAI_API_KEY: 'sk-1' }, []],
    [
      'an owner without a database',
      { DATABASE_OWNER_URL: 'postgresql://owner@db.example/gatehouse' },
      ['DATABASE_URL is needed beside DATABASE_OWNER_URL'],
    ],
    [
      'openai without a key',
      { GATEHOUSE_PROVIDER: 'openai' },
      ['OPENAI_API_KEY is needed by the provider openai'],
    ],
    [
      'openai-beta without a key',
      { GATEHOUSE_PROVIDER: 'openai-beta' },
      ['OPENAI_API_KEY is needed by the provider openai-beta'],
    ],
    [
      'several providers, of which one has no key',
      { GATEHOUSE_PROVIDERS: 'sandbox,openai-beta' },
      ['OPENAI_API_KEY is needed by the provider openai-beta'],
    ],
    [
      'one provider and the same as a list',
      { GATEHOUSE_PROVIDER: 'sandbox', GATEHOUSE_PROVIDERS: 'sandbox' },
      [],
    ],
    [
      'one provider and others as a list',
      { GATEHOUSE_PROVIDER: 'sandbox', GATEHOUSE_PROVIDERS: 'sandbox,openai', OPENAI_API_KEY: 'sk-1' },
      ['GATEHOUSE_PROVIDERS names other providers than GATEHOUSE_PROVIDER: set only one of the two'],
    ],
    [
      'models that are bound to providers which are not configured',
      { GATEHOUSE_PROVIDERS: 'sandbox', GATEHOUSE_MODEL_PROVIDERS: 'a=sandbox,b=openai,c=openai-beta' },
      ['2 names the provider openai', '3 names the provider openai-beta'].map(
        (entry) => `GATEHOUSE_MODEL_PROVIDERS entry ${entry}, which is not configured (sandbox)`,
      ),
    ],
    [
      'a model that is bound to a provider which is not the default',
      { OPENAI_API_KEY: 'sk-1', GATEHOUSE_MODEL_PROVIDERS: 'a=sandbox' },
      ['GATEHOUSE_MODEL_PROVIDERS entry 1 names the provider sandbox, which is not configured (openai)'],
    ],
    [
      'each bad entry of the models, by its number',
      { GATEHOUSE_MODEL_PROVIDERS: `a=sandbox,${CANARY},a=sandbox,b=${CANARY}` },
      [
        `GATEHOUSE_MODEL_PROVIDERS entry 2 must be model=provider, with a provider out of ${PROVIDERS}`,
        'GATEHOUSE_MODEL_PROVIDERS entry 3 binds a model that an earlier one binds',
        `GATEHOUSE_MODEL_PROVIDERS entry 4 must be model=provider, with a provider out of ${PROVIDERS}`,
      ],
    ],
    [
      'a list of providers that is malformed is the only problem',
      { ...database, ...keys, GATEHOUSE_PROVIDERS: 'sandbox,', GATEHOUSE_MODEL_PROVIDERS: 'a=openai' },
      [`GATEHOUSE_PROVIDERS must be a comma-separated list out of ${PROVIDERS}, each at most once`],
    ],
    [
      'azure with nothing',
      { GATEHOUSE_PROVIDER: 'azure' },
      [
        'AZURE_OPENAI_ENDPOINT is needed by the provider azure',
        'AZURE_OPENAI_API_KEY or AZURE_OPENAI_BEARER_TOKEN_FILE is needed by the provider azure',
      ],
    ],
    [
      'azure with a token instead of a key',
      {
        GATEHOUSE_PROVIDER: 'azure',
        AZURE_OPENAI_ENDPOINT: 'https://a.example',
        AZURE_OPENAI_BEARER_TOKEN_FILE: '/run/token',
      },
      [],
    ],
    [
      'xai without a key',
      { GATEHOUSE_PROVIDER: 'xai', XAI_BASE_URL: 'https://x.example' },
      ['XAI_API_KEY is needed by the provider xai'],
    ],
    [
      'keys of azure and xai alone name no provider',
      { ...database, ...keys, ...otherAccounts },
      ['GATEHOUSE_PROVIDER is needed with DATABASE_URL while OPENAI_API_KEY is unset'],
    ],
    [
      'an unknown provider is the only problem',
      { GATEHOUSE_PROVIDER: 'azur' },
      ['GATEHOUSE_PROVIDER must be openai, openai-beta, openai-live, azure, xai or sandbox'],
    ],
    [
      'the same port twice',
      { PORT: '5000', MANAGEMENT_PORT: '5000' },
      ['MANAGEMENT_PORT must differ from PORT'],
    ],
    [
      'the same port, written otherwise',
      { PORT: '5000', MANAGEMENT_PORT: '05000' },
      ['MANAGEMENT_PORT must differ from PORT'],
    ],
    ['a port that is the default of the other', { PORT: '4001' }, ['MANAGEMENT_PORT must differ from PORT']],
    ['and the other way round', { MANAGEMENT_PORT: '4000' }, ['MANAGEMENT_PORT must differ from PORT']],
    [
      'an identity provider of whose tokens any would do',
      { GATEHOUSE_JWKS_URL: 'https://id.example/keys' },
      [`GATEHOUSE_JWT_ISSUER ${NEEDED_TOGETHER}`, `GATEHOUSE_JWT_AUDIENCE ${NEEDED_TOGETHER}`],
    ],
    [
      'an issuer alone',
      { GATEHOUSE_JWT_ISSUER: 'https://id.example' },
      [`GATEHOUSE_JWKS_URL ${NEEDED_TOGETHER}`, `GATEHOUSE_JWT_AUDIENCE ${NEEDED_TOGETHER}`],
    ],
    ['a whole identity provider', identity, []],
    ['two free ports', { PORT: '0', MANAGEMENT_PORT: '0' }, []],
  ])('%s', (_, env, expected) => {
    expect(problems(env)).toEqual(expected);
  });

  test.each<[string, Environment]>([
    ['sandbox', {}],
    ['openai', { OPENAI_API_KEY: 'sk-1' }],
    ['openai', { ...database, ...keys, OPENAI_API_KEY: 'sk-1' }],
    ['openai-beta', { OPENAI_API_KEY: 'sk-1', GATEHOUSE_PROVIDER: 'openai-beta' }],
    ['sandbox', { OPENAI_API_KEY: 'sk-1', GATEHOUSE_PROVIDER: 'sandbox' }],
    ['sandbox', otherAccounts],
    ['openai', { ...otherAccounts, OPENAI_API_KEY: 'sk-1' }],
    ['xai', { ...otherAccounts, GATEHOUSE_PROVIDER: 'xai' }],
    ['azure', { ...otherAccounts, OPENAI_API_KEY: 'sk-1', GATEHOUSE_PROVIDER: 'azure' }],
  ])('the provider is %s with %j', (provider, env) => {
    expect(loadConfig(env).providers).toEqual([provider]);
  });
});

describe('values', () => {
  test('several providers, what is bound to them, and which are allowed', () => {
    const env = {
      OPENAI_API_KEY: 'sk-1',
      GATEHOUSE_PROVIDERS: ' openai-beta ,sandbox',
      GATEHOUSE_MODEL_PROVIDERS: 'gpt-realtime = sandbox, a=b=openai-beta',
      GATEHOUSE_ALLOWED_PROVIDERS: 'sandbox,openai',
    };
    expect(loadConfig(env)).toMatchObject({
      providers: ['openai-beta', 'sandbox'],
      modelProviders: new Map([
        ['gpt-realtime', 'sandbox'],
        ['a=b', 'openai-beta'],
      ]),
      defaultPolicy: { allowedProviders: ['sandbox', 'openai'] },
    });
  });

  const SOCKET = 'postgresql://u:p%40@%2Frun%2Fpostgresql/db';
  test.each([
    ['postgresql://u:p%40@/db?host=/run/postgresql', SOCKET],
    ['postgresql://u:p%40@/db?host=%2Frun%2Fpostgresql', SOCKET],
    ['postgresql://u:p%40@localhost/db?host=/run/postgresql', SOCKET],
    [SOCKET, SOCKET],
    ['postgresql://u@:5433/db?host=/run/postgresql', 'postgresql://u@%2Frun%2Fpostgresql:5433/db'],
    ['postgresql://u@/db?host=/run/my%20db&port=5433', 'postgresql://u@%2Frun%2Fmy%20db:5433/db'],
    ['postgresql://u@/db?host=::1&sslmode=disable', 'postgresql://u@[::1]/db?sslmode=disable'],
    ['postgresql://u@db.example/db?schema=public', 'postgresql://u@db.example/db'],
    ['postgresql://u@db.example/db?uselibpqcompat=true&sslmode=prefer', null],
    ['postgresql://u@db.example/db?options=-c%20statement_timeout%3D0&application_name=x&ssl=true', null],
  ])('the database at %s', (url, read) => {
    expect(loadConfig({ ...external, DATABASE_URL: url }).database).toMatchObject({ url: read ?? url });
  });

  test('databases of their own, one role or two', () => {
    const url = 'postgresql://gatehouse:p%40ss@db.example:5433/gatehouse?sslmode=verify-full';
    const ownerUrl = 'postgres://owner@%2Frun%2Fpostgresql/gatehouse';
    expect(loadConfig({ ...external, DATABASE_URL: url }).database).toEqual({
      kind: 'external',
      url,
      ownerUrl: undefined,
    });
    expect(loadConfig({ ...external, DATABASE_URL: url, DATABASE_OWNER_URL: ownerUrl }).database).toEqual({
      kind: 'external',
      url,
      ownerUrl,
    });
  });

  test.each([
    ['one key', key(7), [7]],
    ['several', `${key(7)},${key(8)},${key(9)}`, [7, 8, 9]],
    ['spaces around them', ` ${key(7)} , ${key(8)} `, [7, 8]],
    ['without padding', key(7).replace('=', ''), [7]],
    ['the alphabet of URLs', Buffer.alloc(32, 255).toString('base64url'), [255]],
  ])('a key ring: %s', (_, value, bytes) => {
    const keys = loadConfig({ GATEHOUSE_FINGERPRINT_KEY: value }).fingerprintKeys;
    expect(keys).toEqual(bytes.map((byte) => new Uint8Array(32).fill(byte)));
  });

  test.each([
    ['gpt-realtime', ['gpt-realtime']],
    [' gpt-realtime , gpt-realtime-mini ', ['gpt-realtime', 'gpt-realtime-mini']],
  ])('models that may be used: %j', (value, allowedModels) => {
    expect(loadConfig({ GATEHOUSE_ALLOWED_MODELS: value }).defaultPolicy).toMatchObject({ allowedModels });
  });

  test('an identity provider', () => {
    const env = {
      ...identity,
      GATEHOUSE_JWT_ALGORITHMS: 'ES256, EdDSA',
      GATEHOUSE_JWT_SCOPES_CLAIM: 'roles',
    };
    expect(loadConfig(env).identityProvider).toEqual({
      jwksUrl: 'https://id.example/keys',
      issuer: 'https://id.example',
      audience: 'gatehouse',
      cooldownMs: 30_000,
      scopesClaim: 'roles',
      algorithms: ['ES256', 'EdDSA'],
    });
  });

  test.each<[string, Environment, string | undefined]>([
    ['in capitals', { HTTPS_PROXY: 'http://a:1' }, 'http://a:1'],
    ['in lower case', { https_proxy: 'https://u:p%40ss@a/' }, 'https://u:p%40ss@a/'],
    [
      'in both, where lower case goes first',
      { https_proxy: 'http://a:1', HTTPS_PROXY: 'http://b:1' },
      'http://a:1',
    ],
    ['empty in lower case', { https_proxy: '', HTTPS_PROXY: 'http://[::1]:1' }, 'http://[::1]:1'],
    ['none', { https_proxy: '' }, undefined],
  ])('proxies: %s', (_, env, url) => {
    const { proxies } = loadConfig(env);
    expect(proxies.https?.forUpstream()).toBe(url);
    expect(JSON.stringify(proxies)).not.toContain(url ?? 'http');
  });

  test('lists of origins and of networks', () => {
    const env = {
      GATEHOUSE_CORS_ORIGINS: 'https://app.example, http://127.0.0.1:3000',
      GATEHOUSE_TRUSTED_PROXIES: '10.0.0.0/8, ::1, fd00::/8',
    };
    expect(loadConfig(env)).toMatchObject({
      corsOrigins: ['https://app.example', 'http://127.0.0.1:3000'],
      trustedProxies: ['10.0.0.0/8', '::1', 'fd00::/8'],
    });
  });

  test('limits of zero, which is not unset', () => {
    const names = ['ACTIVE_SESSIONS', 'MINTS_PER_MINUTE', 'MINTS_PER_DAY'];
    const zero = Object.fromEntries(names.map((name) => [`GATEHOUSE_MAX_${name}`, '0']));
    const none = { maxActiveSessions: 0, maxMintsPerMinute: 0, maxMintsPerDay: 0 };
    expect(loadConfig(zero).defaultPolicy).toMatchObject(none);
  });

  test.each([
    ['0', '0'],
    ['25.50', '25.5'],
    ['0.000000000001', '0.000000000001'],
    ['1000000000', '1000000000'],
  ])('a budget: %s', (value, monthlyBudgetUsd) => {
    expect(loadConfig({ GATEHOUSE_MONTHLY_BUDGET_USD: value }).defaultPolicy).toMatchObject({
      monthlyBudgetUsd,
    });
  });

  test.each([
    'http://127.0.0.1:9/v1//',
    'https://a.example/v1/?api-version=2025-04-01',
    'https://a.example/keys?tenant=a%2Fb/',
    'https://a.example/@user',
  ])('%s is kept as it is: a slash or a query may matter', (url) => {
    const env = { ...identity, OPENAI_BASE_URL: url, XAI_BASE_URL: url, AZURE_OPENAI_ENDPOINT: url };
    const { openai, xai, azure, identityProvider } = loadConfig({ ...env, GATEHOUSE_JWKS_URL: url });
    expect([openai.baseUrl, xai.baseUrl, azure.endpoint, identityProvider?.jwksUrl]).toEqual(
      Array(4).fill(url),
    );
  });

  test('keys do not print', () => {
    const { rootKey, openai } = loadConfig({
      GATEHOUSE_ROOT_KEY: CANARY.repeat(6),
      OPENAI_API_KEY: `sk-${CANARY}`,
    });
    expect(JSON.stringify({ rootKey, openai })).not.toContain(CANARY);
  });
});

test('variables that look like ours and are not known are listed, for a warning', () => {
  const env = {
    GATEHOUSE_POOLSIZE: '5',
    GATEHOUSE_: '1',
    GATEHOUSE_toString: '1',
    HOSTS: '1',
    gatehouse_x: '1',
  };
  expect(loadConfig(env).unknown).toEqual(['GATEHOUSE_POOLSIZE', 'GATEHOUSE_', 'GATEHOUSE_toString']);
});
