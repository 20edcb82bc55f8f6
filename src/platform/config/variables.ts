import { isIP } from 'node:net';
import { z } from 'zod';
import { Secret } from '../redaction/secret.ts';
import { budget } from '../validation/usd-amount.ts';

const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,10}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((n) => n >= min && n <= max, `must be a whole number from ${min} to ${max}`);

const flag = z.enum(['true', 'false'], 'must be true or false').transform((value) => value === 'true');

const httpUrl = z
  .string()
  .refine((value) => /^https?:\/\//.test(value) && URL.canParse(value), 'must be an http(s) URL')
  .transform((value) => value.replace(/\/+$/, ''));

const postgresUrl = z
  .string()
  .refine(
    isPostgresUrl,
    'must be a postgresql:// URL that names its user, with special characters percent-encoded',
  );

/** Migrating grants to the user that it names. A raw % in a password is what the driver would fail on later, without a reason. */
function isPostgresUrl(value: string): boolean {
  try {
    const { username, password, pathname } = new URL(value);
    decodeURIComponent(username + password + pathname);
    return /^postgres(ql)?:\/\//.test(value) && username !== '';
  } catch {
    return false;
  }
}

// Used in an HTTP header as it stands.
const apiKey = z
  .string()
  .regex(/^[\x21-\x7e]+$/, 'must be visible ASCII without spaces')
  .transform((value) => new Secret(value));

const headerValue = z.string().regex(/^[\x21-\x7e]+$/, 'must be visible ASCII without spaces');

const keyBytes = (value: string): Uint8Array => new Uint8Array(Buffer.from(value, 'base64'));

/**
 * 32-byte keys in base64, comma-separated: the first writes, all read. Checked before it is decoded, because
 * decoding passes over what it does not know: of "key;key" it would take the first and forget the second.
 */
const keyRing = z
  .string()
  .refine(
    (value) => value.split(',').every((key) => /^[\w+/-]{43}=?$/.test(key.trim())),
    'must be 32 bytes in base64, or a comma-separated list of such keys',
  )
  .transform((value) => value.split(',').map((key) => keyBytes(key.trim())));

const list = (value: string): string[] => value.split(',').map((entry) => entry.trim());

/** As a browser sends it in Origin: scheme, host and port, nothing after them. */
const isOrigin = (value: string): boolean =>
  /^https?:\/\/[^*]+$/.test(value) && URL.canParse(value) && new URL(value).origin === value;

/** An address or a network: "10.0.0.7", "10.0.0.0/8", "fd00::/8". */
function isNetwork(value: string): boolean {
  const [address = '', bits, ...rest] = value.split('/');
  const longest = isIP(address) === 4 ? 32 : 128;
  if (isIP(address) === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= longest);
}

// Asymmetric only: with a shared secret whoever checks a token could make one.
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/**
 * Every variable, with the description that .env.example prints. A default that depends on other
 * variables is described in words and settled in config.ts.
 */
export const variables = {
  HOST: z.string().default('127.0.0.1').describe('Address that GraphQL and the management port listen on.'),
  PORT: whole(0, 65535).default(4000).describe('Port of GraphQL, at /graphql. 0 picks a free one.'),
  MANAGEMENT_PORT: whole(0, 65535)
    .default(4001)
    .describe('Port of /health/live, /health/ready and /metrics, on the same host.'),
  DATABASE_URL: postgresUrl
    .optional()
    .describe('PostgreSQL 15 or newer. Unset: an embedded PostgreSQL in GATEHOUSE_DATA_DIR.'),
  DATABASE_OWNER_URL: postgresUrl
    .optional()
    .describe(
      'The role that owns the tables: migrations, partitions. Default: DATABASE_URL, with a warning that the audit trail is then not protected from the application.',
    ),
  GATEHOUSE_POOL_SIZE: whole(1, 1000).default(10).describe('Database connections of one gateway.'),
  GATEHOUSE_DATABASE_TIMEOUT_MS: whole(50, 600_000)
    .default(2000)
    .describe('Longest time for one statement, on the server and on the client, in milliseconds.'),
  GATEHOUSE_DRAIN_MS: whole(0, 600_000)
    .default(10_000)
    .describe('Time to finish accepted requests on SIGTERM, in milliseconds.'),
  GATEHOUSE_DATA_DIR: z
    .string()
    .default('.gatehouse')
    .describe('Folder of the embedded database and of generated keys.'),
  GATEHOUSE_ROOT_KEY: z
    .string()
    .regex(/^[\x21-\x7e]{32,}$/, 'must be 32 or more visible ASCII characters')
    .transform((value) => new Secret(value))
    .optional()
    .describe(
      "The operator's bootstrap key, 32 or more characters. Embedded: generated into the data directory.",
    ),
  GATEHOUSE_FINGERPRINT_KEY: keyRing
    .optional()
    .describe(
      '32 bytes in base64 (openssl rand -base64 32); a comma-separated list rotates: the first writes, all read. Embedded: generated into the data directory.',
    ),
  GATEHOUSE_AUDIT_KEY: keyRing
    .optional()
    .describe(
      'What the audit trail is sealed with: 32 bytes in base64 (openssl rand -base64 32); a comma-separated list rotates: the first writes, all read. Embedded: generated into the data directory.',
    ),
  GATEHOUSE_AUDIT_HEADS_FILE: z
    .string()
    .optional()
    .describe(
      'Each sealed batch of the audit trail also leaves its signed head in this file, a line of JSON each, for "gatehouse audit verify --heads". Keep it where the database\'s administrators cannot write.',
    ),
  GATEHOUSE_JWKS_URL: httpUrl
    .optional()
    .describe("The identity provider's key set (JWKS). Unset: no tokens are accepted, API keys only."),
  GATEHOUSE_JWKS_COOLDOWN_MS: whole(0, 3_600_000)
    .default(30_000)
    .describe('Shortest time between two fetches of the key set, in milliseconds.'),
  GATEHOUSE_JWT_ISSUER: z
    .string()
    .optional()
    .describe('What iss must be in a token. Needed with GATEHOUSE_JWKS_URL.'),
  GATEHOUSE_JWT_AUDIENCE: z
    .string()
    .optional()
    .describe('What aud must be, or contain. Needed with GATEHOUSE_JWKS_URL.'),
  GATEHOUSE_JWT_SCOPES_CLAIM: z
    .string()
    .default('gatehouse_scopes')
    .describe('Claim whose array of scopes makes an operator; a token without it is an end user.'),
  GATEHOUSE_JWT_ALGORITHMS: z
    .string()
    .transform(list)
    .refine(
      (names) => names.every((name) => ALGORITHMS.includes(name)),
      `must be a comma-separated list out of ${ALGORITHMS.join(', ')}`,
    )
    .default(['RS256', 'PS256', 'ES256', 'EdDSA'])
    .describe('Signature algorithms that a token may have, comma-separated.'),
  GATEHOUSE_PROVIDER: z
    .enum(['openai', 'openai-beta', 'sandbox'], 'must be openai, openai-beta or sandbox')
    .optional()
    .describe(
      'Who mints. Default: openai when OPENAI_API_KEY is set, else sandbox when embedded, else an error.',
    ),
  OPENAI_API_KEY: apiKey.optional().describe("The provider's API key."),
  OPENAI_BASE_URL: httpUrl.default('https://api.openai.com/v1').describe("The provider's base URL."),
  OPENAI_ORGANIZATION: headerValue.optional().describe('Sent as OpenAI-Organization.'),
  OPENAI_PROJECT: headerValue.optional().describe('Sent as OpenAI-Project.'),
  GATEHOUSE_DEFAULT_MODEL: z
    .string()
    .min(1)
    .default('gpt-realtime-2.1')
    .describe('Model of a session whose input names none.'),
  GATEHOUSE_UPSTREAM_TIMEOUT_MS: whole(50, 120_000)
    .default(10_000)
    .describe("One mint's deadline, from connecting to the end of the answer, in milliseconds."),
  GATEHOUSE_MAX_MINTS_IN_FLIGHT: whole(1, 10_000).default(64).describe('Upstream calls at a time.'),
  GATEHOUSE_MINT_QUEUE: whole(0, 1_000_000)
    .default(1024)
    .describe('Sessions that wait for their turn beyond them; more are refused.'),
  GATEHOUSE_MAX_ACTIVE_SESSIONS: whole(0, 1_000_000)
    .default(10)
    .describe('Default policy: sessions of one user whose secret lives, at a time.'),
  GATEHOUSE_MAX_MINTS_PER_MINUTE: whole(0, 1_000_000)
    .default(30)
    .describe('Default policy: sessions for one user in any 60 seconds.'),
  GATEHOUSE_MAX_MINTS_PER_DAY: whole(0, 1_000_000)
    .default(500)
    .describe('Default policy: sessions for one user in any 24 hours.'),
  GATEHOUSE_MAX_TTL_SECONDS: whole(10, 7200)
    .default(7200)
    .describe('Default policy: longest lifetime of a client secret, in seconds.'),
  GATEHOUSE_ALLOWED_MODELS: z
    .string()
    .transform((list) => list.split(',').map((model) => model.trim()))
    .refine((models) => models.every((model) => model !== ''), 'must be a comma-separated list of models')
    .optional()
    .describe('Default policy: models that may be used, comma-separated. Default: any.'),
  GATEHOUSE_MONTHLY_BUDGET_USD: budget
    .optional()
    .describe(
      'Default policy: US dollars that one user may cost in a calendar month (UTC), e.g. 25.50, by what was reported of it. Default: no budget.',
    ),
  GATEHOUSE_MAX_BODY_BYTES: whole(1024, 16_777_216)
    .default(262_144)
    .describe('Larger requests are refused with 413.'),
  GATEHOUSE_REQUESTS_PER_MINUTE: whole(1, 10_000_000)
    .default(6000)
    .describe('Requests of one caller per minute and gateway; more are refused with 429.'),
  GATEHOUSE_ANONYMOUS_REQUESTS_PER_MINUTE: whole(1, 10_000_000)
    .default(60)
    .describe('Requests of one address without valid credentials, per minute and gateway.'),
  GATEHOUSE_MAX_STREAMS: whole(0, 1_000_000)
    .default(1000)
    .describe('Open subscriptions of one gateway; more are refused with 429.'),
  GATEHOUSE_HEARTBEAT_MS: whole(100, 600_000)
    .default(15_000)
    .describe(
      'How long nothing may be sent on a subscription before a comment is, in milliseconds: shorter than what proxies in between take for dead.',
    ),
  GATEHOUSE_TRUSTED_PROXIES: z
    .string()
    .transform(list)
    .refine((entries) => entries.every(isNetwork), 'must be a comma-separated list of addresses or networks')
    .default([])
    .describe(
      "Proxies in front, as addresses or networks, comma-separated: what they say in X-Forwarded-For is the client's address. Default: none, and the header is ignored.",
    ),
  GATEHOUSE_CORS_ORIGINS: z
    .string()
    .transform(list)
    .refine(
      (origins) => origins.every(isOrigin),
      'must be a comma-separated list of origins like https://app.example.com',
    )
    .default([])
    .describe('Exact origins whose pages may ask, comma-separated. Default: none.'),
  GATEHOUSE_TRUSTED_DOCUMENTS: z
    .string()
    .optional()
    .describe(
      'A JSON file of the only operations that are executed: {"hash": "document"}, or an Apollo persisted query manifest. Unset: any operation.',
    ),
  GATEHOUSE_PRICES_FILE: z
    .string()
    .optional()
    .describe(
      'A JSON file of prices that replace those of the models it names: [{"models": ["m"], "from": "2026-09-01", "textInput": "4", "minute": "0.017"}]. Unset: the prices of this version.',
    ),
  GATEHOUSE_MAX_TOKENS: whole(100, 1_000_000).default(4000).describe('Longest document, in lexical tokens.'),
  GATEHOUSE_MAX_DEPTH: whole(5, 64).default(16).describe('Deepest nesting of fields in an operation.'),
  GATEHOUSE_MAX_ALIASES: whole(0, 10_000).default(30).describe('Aliases in an operation.'),
  GATEHOUSE_MAX_DIRECTIVES: whole(0, 10_000).default(50).describe('Directives in an operation.'),
  GATEHOUSE_MAX_COST: whole(1, 10_000_000)
    .default(5000)
    .describe('Objects that an operation may ask for: each counts one, times the page sizes around it.'),
  GATEHOUSE_MAX_CONNECTIONS: whole(1, 1_000_000)
    .default(10_000)
    .describe('Open connections of one gateway; more are closed at once.'),
  GATEHOUSE_HEADERS_TIMEOUT_MS: whole(100, 600_000)
    .default(10_000)
    .describe("Time for a request's headers to arrive, in milliseconds."),
  GATEHOUSE_REQUEST_TIMEOUT_MS: whole(100, 600_000)
    .default(30_000)
    .describe('Time for a whole request to arrive, in milliseconds.'),
  // At 1, what goes is still weeks older than the longest that a session can live.
  GATEHOUSE_RETENTION_MONTHS: whole(1, 1200)
    .default(13)
    .describe(
      'Full calendar months (UTC) that sessions are kept, beside the current one; older months are dropped whole.',
    ),
  GATEHOUSE_AUDIT_RETENTION_MONTHS: whole(1, 1200)
    .optional()
    .describe(
      'Full calendar months (UTC) that audit events are kept, beside the current one; a month goes once a signed checkpoint says so in the trail. Default: all are kept.',
    ),
  GATEHOUSE_GRAPHIQL: flag.optional().describe('Serve GraphiQL. Default: true when embedded, else false.'),
  GATEHOUSE_INTROSPECTION: flag
    .optional()
    .describe('Allow introspection. Default: true when embedded, else false.'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], "must be one of pino's levels")
    .default('info')
    .describe('fatal, error, warn, info, debug, trace or silent.'),
};
