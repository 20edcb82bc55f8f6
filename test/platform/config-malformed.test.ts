import { describe, expect, test } from 'vitest';
import {
  CANARY,
  external,
  identity,
  key,
  NEEDED_TOGETHER,
  PROVIDERS,
  problems,
  variables,
} from '../support/config-problems.ts';

const notWhole = ['canary', '-1', '1.5', '1e3', '0x10', ' 5', '12345678901'];
const wholeNumbers = {
  PORT: [0, 65_535],
  MANAGEMENT_PORT: [0, 65_535],
  GATEHOUSE_POOL_SIZE: [1, 1000],
  GATEHOUSE_DATABASE_TIMEOUT_MS: [50, 600_000],
  GATEHOUSE_SHUTDOWN_DELAY_MS: [0, 600_000],
  GATEHOUSE_DRAIN_MS: [0, 600_000],
  GATEHOUSE_UPSTREAM_TIMEOUT_MS: [50, 120_000],
  GATEHOUSE_MAX_MINTS_IN_FLIGHT: [1, 10_000],
  GATEHOUSE_MINT_QUEUE: [0, 1_000_000],
  GATEHOUSE_MAX_ACTIVE_SESSIONS: [0, 1_000_000],
  GATEHOUSE_MAX_MINTS_PER_MINUTE: [0, 1_000_000],
  GATEHOUSE_MAX_MINTS_PER_DAY: [0, 1_000_000],
  GATEHOUSE_MAX_TTL_SECONDS: [10, 7200],
  GATEHOUSE_MAX_CALL_SECONDS: [10, 3600],
  GATEHOUSE_CALL_IDLE_SECONDS: [0, 3600],
  GATEHOUSE_MAX_CALLS: [1, 100_000],
  GATEHOUSE_MAX_BODY_BYTES: [1024, 16_777_216],
  GATEHOUSE_REQUESTS_PER_MINUTE: [1, 10_000_000],
  GATEHOUSE_ANONYMOUS_REQUESTS_PER_MINUTE: [1, 10_000_000],
  GATEHOUSE_MAX_TOKENS: [100, 1_000_000],
  GATEHOUSE_MAX_DEPTH: [5, 64],
  GATEHOUSE_MAX_ALIASES: [0, 10_000],
  GATEHOUSE_MAX_DIRECTIVES: [0, 10_000],
  GATEHOUSE_MAX_COST: [1, 10_000_000],
  GATEHOUSE_MAX_CONNECTIONS: [1, 1_000_000],
  GATEHOUSE_MAX_REQUESTS_PER_CALLER: [1, 1_000_000],
  GATEHOUSE_MAX_STREAMS: [0, 1_000_000],
  GATEHOUSE_MAX_STREAMS_PER_CALLER: [0, 1_000_000],
  GATEHOUSE_HEARTBEAT_MS: [100, 600_000],
  GATEHOUSE_JWKS_COOLDOWN_MS: [0, 3_600_000],
  GATEHOUSE_HEADERS_TIMEOUT_MS: [100, 600_000],
  GATEHOUSE_REQUEST_TIMEOUT_MS: [100, 600_000],
  GATEHOUSE_RETENTION_MONTHS: [1, 1200],
  GATEHOUSE_AUDIT_RETENTION_MONTHS: [1, 1200],
} as const;

const postgresUrls = {
  message: 'must be a postgresql:// URL that names its user, with special characters percent-encoded',
  values: [
    CANARY,
    `mysql://${CANARY}@db/x`,
    `postgresql:${CANARY}`,
    `postgresql://db.example/${CANARY}`,
    `postgresql://${CANARY}:50%@db/x`,
    `postgresql://%ff${CANARY}@db/x`,
    `postgresql://${CANARY}@db:port/x`,
    `postgresql://${CANARY}@/x`,
  ],
};
const visible = {
  message: 'must be visible ASCII without spaces',
  values: [`${CANARY} `, `${CANARY}\n`, `${CANARY} x`, `${CANARY}é`],
};
const httpUrls = {
  message: 'must be an http(s) URL without user, password and fragment',
  values: [
    CANARY,
    `ftp://${CANARY}`,
    `https://${CANARY}:port`,
    'https://',
    `https://${CANARY}@api.example/v1`,
    `https://user:${CANARY}@api.example/v1`,
    `https://:${CANARY}@api.example/v1`,
    `https://api.example/v1#${CANARY}`,
    `https://api.example/v1/${CANARY}#`,
  ],
};
const flags = { message: 'must be true or false', values: [CANARY, '1', 'yes', 'TRUE', 'on'] };
const ring = {
  message: 'must be 32 bytes in base64, or a comma-separated list of such keys',
  values: [
    CANARY,
    Buffer.from(CANARY.padEnd(31)).toString('base64'),
    Buffer.from(CANARY.padEnd(33)).toString('base64'),
    Buffer.from(CANARY.padEnd(32)).toString('hex'),
    `${key(1)},`,
    `${key(1)},,${key(2)}`,
    `${key(1)},${CANARY}`,
    `${key(1)};${key(2)}`,
    `${key(1)} ${key(2)}`,
    `"${key(1)}"`,
  ],
};
const providerLists = {
  message: `must be a comma-separated list out of ${PROVIDERS}, each at most once`,
  values: [CANARY, 'sandbox,', `sandbox,${CANARY}`, 'sandbox, sandbox', 'Sandbox', 'sandbox;openai'],
};
const proxyUrls = {
  message: 'must be an http:// or https:// URL like http://proxy.example:3128',
  values: [
    CANARY,
    `${CANARY}.example:3128`,
    `socks5://${CANARY}:1080`,
    `http://u:%${CANARY}@proxy.example`,
    `http://proxy.example:port${CANARY}`,
    `http://proxy.example/${CANARY}`,
    `http:${CANARY}`,
  ],
};
const malformed: Record<string, { message: string; values: readonly string[] }> = {
  ...Object.fromEntries(
    Object.entries(wholeNumbers).map(([name, [min, max]]) => [
      name,
      {
        message: `must be a whole number from ${min} to ${max}`,
        values: [...notWhole, String(max + 1), ...(min > 0 ? [String(min - 1)] : [])],
      },
    ]),
  ),
  HOST: {
    message: 'must be an IP address or a host name',
    values: [`http://${CANARY}`, `${CANARY}:4000`, '0.0.0.0:4000', '[::1]:4000', '::1::', `${CANARY}/`],
  },
  DATABASE_URL: postgresUrls,
  DATABASE_OWNER_URL: postgresUrls,
  GATEHOUSE_ROOT_KEY: {
    message: 'must be 32 or more visible ASCII characters',
    values: [CANARY, CANARY.padEnd(31, 'x'), CANARY.padEnd(40, ' '), CANARY.padEnd(40, 'é')],
  },
  GATEHOUSE_FINGERPRINT_KEY: ring,
  GATEHOUSE_AUDIT_KEY: ring,
  GATEHOUSE_JWKS_URL: httpUrls,
  GATEHOUSE_JWT_ALGORITHMS: {
    message:
      'must be a comma-separated list out of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA',
    values: [CANARY, 'none', 'HS256', 'RS256,', `RS256,${CANARY}`, 'rs256', 'RS256;ES256'],
  },
  GATEHOUSE_TRUSTED_PROXIES: {
    message: 'must be a comma-separated list of addresses or networks',
    values: [
      CANARY,
      '10.0.0.0/33',
      '::/129',
      '10.0.0.0/8/8',
      '10.0.0.0/',
      '10.0.0',
      `10.0.0.1,${CANARY}`,
      '10.0.0.1,',
    ],
  },
  GATEHOUSE_CORS_ORIGINS: {
    message: 'must be a comma-separated list of origins like https://app.example.com',
    values: [
      CANARY,
      '*',
      'null',
      `https://${CANARY}.example/`,
      `https://${CANARY}.example/path`,
      'https://*.example',
      `https://${CANARY}.example:443`,
      `https://app.example,${CANARY}`,
    ],
  },
  HTTPS_PROXY: proxyUrls,
  HTTP_PROXY: proxyUrls,
  GATEHOUSE_PROVIDER: {
    message: 'must be openai, openai-beta, openai-live, azure, xai or sandbox',
    values: [CANARY, 'OpenAI', 'openai '],
  },
  GATEHOUSE_PROVIDERS: providerLists,
  GATEHOUSE_MODEL_PROVIDERS: {
    message: `entry 1 must be model=provider, with a provider out of ${PROVIDERS}`,
    values: [CANARY, '=sandbox', ' =sandbox', `${CANARY}=`, `${CANARY}=${CANARY}`, `sandbox=${CANARY}`],
  },
  GATEHOUSE_ALLOWED_PROVIDERS: providerLists,
  OPENAI_API_KEY: visible,
  OPENAI_BASE_URL: httpUrls,
  OPENAI_ORGANIZATION: visible,
  OPENAI_PROJECT: visible,
  OPENAI_PREVIOUS_API_KEY: visible,
  AZURE_OPENAI_ENDPOINT: httpUrls,
  AZURE_OPENAI_API_KEY: visible,
  XAI_API_KEY: visible,
  XAI_BASE_URL: httpUrls,
  GATEHOUSE_ALLOWED_MODELS: {
    message: 'must be a comma-separated list of models',
    values: [`${CANARY},`, `,${CANARY}`, `${CANARY},,x`, `${CANARY}, ,x`],
  },
  GATEHOUSE_MONTHLY_BUDGET_USD: {
    message: 'must be US dollars from 0 to 1000000000, with at most 12 digits behind the point',
    values: [
      CANARY,
      '-1',
      '1e3',
      '1,5',
      '$5',
      ' 5',
      '.5',
      '5.',
      '1000000000.000000000001',
      '0.0000000000001',
    ],
  },
  GATEHOUSE_USAGE_LABEL: {
    message: 'must be the key of a label, of at most 64 characters',
    values: [`${CANARY}${'x'.repeat(64)}`],
  },
  GATEHOUSE_UNPRICED: { message: 'must be allow or refuse', values: [CANARY, 'ALLOW', 'true'] },
  GATEHOUSE_GRAPHIQL: flags,
  GATEHOUSE_CONSOLE: flags,
  GATEHOUSE_INTROSPECTION: flags,
  GATEHOUSE_BROKERED_ONLY: flags,
  GATEHOUSE_END_DRIFTED_CALLS: flags,
  GATEHOUSE_PUBLIC_URL: httpUrls,
  GATEHOUSE_PREPARED_STATEMENTS: { message: 'must be on or off', values: [CANARY, 'ON', 'true'] },
  LOG_LEVEL: { message: "must be one of pino's levels", values: [CANARY, 'INFO', 'warning'] },
};

describe('malformed values', () => {
  test('every variable that can be malformed is tried below', () => {
    const anyText = [
      'AZURE_OPENAI_BEARER_TOKEN_FILE',
      'NO_PROXY',
      'NODE_EXTRA_CA_CERTS',
      'GATEHOUSE_AUDIT_HEADS_FILE',
      'GATEHOUSE_CONSOLE_OIDC_CLIENT_ID',
      'GATEHOUSE_CONSOLE_OIDC_SCOPE',
      'GATEHOUSE_DATA_DIR',
      'GATEHOUSE_DEFAULT_MODEL',
      'GATEHOUSE_JWT_ISSUER',
      'GATEHOUSE_JWT_AUDIENCE',
      'GATEHOUSE_JWT_SCOPES_CLAIM',
      'GATEHOUSE_PRICES_FILE',
      'GATEHOUSE_TRUSTED_DOCUMENTS',
    ];
    expect([...Object.keys(malformed), ...anyText].toSorted()).toEqual(Object.keys(variables).toSorted());
  });

  test.each(
    Object.entries(malformed).flatMap(([name, { message, values }]) =>
      values.map((value) => [name, value, message] as const),
    ),
  )('%s=%j is named', (name, value, message) => {
    // The variables beside it are set, so that it is the only problem.
    expect(problems({ ...external, ...identity, OPENAI_API_KEY: 'sk-1', [name]: value })).toEqual([
      `${name} ${message}`,
    ]);
  });

  test.each(['accounts.example.com', '', 'ftp://accounts.example.com', CANARY])(
    'the console cannot find an issuer called %j',
    (GATEHOUSE_JWT_ISSUER) => {
      const signIn = { ...identity, GATEHOUSE_CONSOLE_OIDC_CLIENT_ID: 'console', GATEHOUSE_JWT_ISSUER };
      expect(problems({ ...external, ...signIn })).toContain(
        "GATEHOUSE_JWT_ISSUER must be the issuer's http(s) URL with GATEHOUSE_CONSOLE_OIDC_CLIENT_ID",
      );
    },
  );

  test.each([
    [
      'schema=tenant',
      'has the parameter schema, which is not followed: the tables are in the schema public: say schema=public, or give them a database of their own instead of a schema',
    ],
    [
      'connection_limit=5',
      'has the parameter connection_limit, which is not followed: set GATEHOUSE_POOL_SIZE instead',
    ],
    [
      'pgbouncer=true',
      'has the parameter pgbouncer, which is not followed: set GATEHOUSE_PREPARED_STATEMENTS=off instead',
    ],
    [
      'sslmode=require&pool_timeout=0',
      'has the parameter pool_timeout, which is not followed: set GATEHOUSE_DATABASE_TIMEOUT_MS instead',
    ],
    [
      'statement_timeout=1',
      'has the parameter statement_timeout, which is not followed: set GATEHOUSE_DATABASE_TIMEOUT_MS instead',
    ],
    [
      `${CANARY}=1`,
      'has a parameter that is not known here; these are: application_name, host, options, port, ssl, sslcert, sslkey, sslmode, sslnegotiation, sslrootcert, uselibpqcompat',
    ],
    [
      'sslmode=prefer',
      'has an sslmode that is not followed; these are: disable, no-verify, require, verify-ca, verify-full',
    ],
    [
      'uselibpqcompat=true&sslmode=allow',
      'has an sslmode that is not followed; these are: disable, no-verify, require, verify-ca, verify-full, prefer',
    ],
    ['ssl=false', 'has an ssl that is not "true": say sslmode instead'],
    ['sslmode=disable&sslmode=verify-full', 'has a parameter twice'],
    [`host=a.example,${CANARY}.example`, 'has a host or a port that cannot be read: name one server'],
    ['port=5432,5433', 'has a host or a port that cannot be read: name one server'],
  ])('what nobody would follow in the URL of a database is refused: %s', (parameters, message) => {
    for (const variable of ['DATABASE_URL', 'DATABASE_OWNER_URL']) {
      const url = `postgresql://gatehouse:${CANARY}@db.example/gatehouse?${parameters}`;
      expect(problems({ ...external, [variable]: url })).toEqual([`${variable} ${message}`]);
    }
  });

  test.each(Object.entries(wholeNumbers))('%s takes both ends of its range', (name, [min, max]) => {
    expect(problems({ [name]: String(min) })).toEqual([]);
    expect(problems({ [name]: String(max) })).toEqual([]);
  });

  test('one message names all of them, and what is missing, and repeats no value', () => {
    const each = Object.entries(malformed).map(([name, { message, values }]) => ({
      name,
      line: `${name} ${message}`,
      value: values.find((value) => value.includes(CANARY)) ?? '',
    }));
    const tried = each.filter(({ name }) => !['GATEHOUSE_ROOT_KEY', 'OPENAI_API_KEY'].includes(name));
    const expected = [
      ...tried.map(({ line }) => line),
      'GATEHOUSE_ROOT_KEY is needed with DATABASE_URL (openssl rand -base64 33)',
      `GATEHOUSE_JWT_ISSUER ${NEEDED_TOGETHER}`,
      `GATEHOUSE_JWT_AUDIENCE ${NEEDED_TOGETHER}`,
    ];
    const env = Object.fromEntries(tried.map(({ name, value }) => [name, value]));
    expect(problems(env).toSorted()).toEqual(expected.toSorted());
  });

  test('values that are fine are not repeated either, nor those of unknown variables', () => {
    const env = {
      ...external,
      DATABASE_URL: `postgresql://gatehouse:${CANARY}@db.example/gatehouse`,
      GATEHOUSE_ROOT_KEY: CANARY.repeat(6),
      OPENAI_API_KEY: `sk-${CANARY}`,
      GATEHOUSE_TYPO: CANARY,
      LOG_LEVEL: 'loud',
    };
    expect(problems(env)).toEqual(["LOG_LEVEL must be one of pino's levels"]);
  });
});
