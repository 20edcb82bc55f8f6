import { z } from 'zod';
import { Secret } from '../redaction/secret.ts';
import { host, httpUrl, keyRing, list, postgresUrl, proxyUrl, whole } from './schemas.ts';
import { group, variable } from './variable.ts';

// Asymmetric algorithms only: with a shared secret, everybody who can check a token could make one.
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** Where the gateway listens, its database, its keys, and whose tokens it accepts. */
export const foundationVariables = {
  host: variable(
    'HOST',
    host.default('127.0.0.1'),
    'Address, or a name of one, that GraphQL and the management port listen on. 0.0.0.0: all IPv4 addresses; "::": all, of both families.',
  ),
  port: variable('PORT', whole(0, 65535).default(4000), 'Port of GraphQL, at /graphql. 0 picks a free one.'),
  managementPort: variable(
    'MANAGEMENT_PORT',
    whole(0, 65535).default(4001),
    'Port of /health/live, /health/ready and /metrics, on the same host.',
  ),
  database: group({
    url: variable(
      'DATABASE_URL',
      postgresUrl.optional(),
      'PostgreSQL 15 or newer. Unset: an embedded PostgreSQL in GATEHOUSE_DATA_DIR.',
    ),
    ownerUrl: variable(
      'DATABASE_OWNER_URL',
      postgresUrl.optional(),
      'The role that owns the tables: migrations, partitions. Default: DATABASE_URL, with a warning that the audit trail is then not protected from the application.',
    ),
  }),
  poolSize: variable(
    'GATEHOUSE_POOL_SIZE',
    whole(1, 1000).default(10),
    'Database connections of one gateway.',
  ),
  databaseTimeoutMs: variable(
    'GATEHOUSE_DATABASE_TIMEOUT_MS',
    whole(50, 600_000).default(2000),
    'Longest time for one statement, on the server and on the client, in milliseconds.',
  ),
  preparedStatements: variable(
    'GATEHOUSE_PREPARED_STATEMENTS',
    z.enum(['on', 'off'], 'must be on or off').default('on'),
    'off: statements are sent without names, for poolers in transaction mode that lose prepared statements (PgBouncer before 1.21, or without max_prepared_statements).',
  ),
  shutdownDelayMs: variable(
    'GATEHOUSE_SHUTDOWN_DELAY_MS',
    whole(0, 600_000).optional(),
    'On SIGTERM: how long readiness fails while connections are still accepted and served, in milliseconds, so that load balancers notice first. A second signal ends it. Default: 0 when embedded, else 5000.',
  ),
  drainMs: variable(
    'GATEHOUSE_DRAIN_MS',
    whole(0, 600_000).default(10_000),
    'Time to finish accepted requests after that, in milliseconds.',
  ),
  dataDirectory: variable(
    'GATEHOUSE_DATA_DIR',
    z.string().default('.gatehouse'),
    'Folder of the embedded database and of generated keys.',
  ),
  rootKey: variable(
    'GATEHOUSE_ROOT_KEY',
    z
      .string()
      .regex(/^[\x21-\x7e]{32,}$/, 'must be 32 or more visible ASCII characters')
      .transform((value) => new Secret(value))
      .optional(),
    "The operator's bootstrap key, 32 or more characters. Embedded: generated into the data directory.",
  ),
  fingerprintKeys: variable(
    'GATEHOUSE_FINGERPRINT_KEY',
    keyRing.optional(),
    '32 bytes in base64 (openssl rand -base64 32); a comma-separated list rotates: the first writes, all read. Embedded: generated into the data directory.',
  ),
  auditKeys: variable(
    'GATEHOUSE_AUDIT_KEY',
    keyRing.optional(),
    'What the audit trail is sealed with: 32 bytes in base64 (openssl rand -base64 32); a comma-separated list rotates: the first writes, all read. Embedded: generated into the data directory.',
  ),
  auditHeadsFile: variable(
    'GATEHOUSE_AUDIT_HEADS_FILE',
    z.string().optional(),
    'Each sealed batch of the audit trail also leaves its signed head in this file, a line of JSON each, for "gatehouse audit verify --heads". Keep it where the database\'s administrators cannot write.',
  ),
  identityProvider: group({
    jwksUrl: variable(
      'GATEHOUSE_JWKS_URL',
      httpUrl.optional(),
      "The identity provider's key set (JWKS). Unset: no tokens are accepted, API keys only.",
    ),
    cooldownMs: variable(
      'GATEHOUSE_JWKS_COOLDOWN_MS',
      whole(0, 3_600_000).default(30_000),
      'Shortest time between two fetches of the key set, in milliseconds.',
    ),
    issuer: variable(
      'GATEHOUSE_JWT_ISSUER',
      z.string().optional(),
      'What iss must be in a token. Needed with GATEHOUSE_JWKS_URL.',
    ),
    audience: variable(
      'GATEHOUSE_JWT_AUDIENCE',
      z.string().optional(),
      'What aud must be, or contain. Needed with GATEHOUSE_JWKS_URL.',
    ),
    scopesClaim: variable(
      'GATEHOUSE_JWT_SCOPES_CLAIM',
      z.string().default('gatehouse_scopes'),
      'Claim whose array of scopes makes an operator; a token without it is an end user.',
    ),
    algorithms: variable(
      'GATEHOUSE_JWT_ALGORITHMS',
      z
        .string()
        .transform(list)
        .refine(
          (names) => names.every((name) => ALGORITHMS.includes(name)),
          `must be a comma-separated list out of ${ALGORITHMS.join(', ')}`,
        )
        .default(['RS256', 'PS256', 'ES256', 'EdDSA']),
      'Signature algorithms that a token may have, comma-separated.',
    ),
  }),
  proxies: group({
    https: variable(
      'HTTPS_PROXY',
      proxyUrl.optional(),
      'Proxy for requests to https:// URLs: mints, and the key set of GATEHOUSE_JWKS_URL. http://user:password@host:port; in lower case too, which goes first. Default: what HTTP_PROXY says.',
    ),
    http: variable(
      'HTTP_PROXY',
      proxyUrl.optional(),
      'Proxy for requests to http:// URLs, in lower case too.',
    ),
    except: variable(
      'NO_PROXY',
      z.string().default(''),
      'Hosts that are reached without a proxy, comma-separated: names with all names below them, addresses, perhaps with a port, or "*". In lower case too.',
    ),
  }),
  extraCaCerts: variable(
    'NODE_EXTRA_CA_CERTS',
    z.string().optional(),
    'A PEM file of certificate authorities that are trusted as well, for everything that leaves. Set it in the environment, because older versions of Node do not see it in .env.',
  ),
};
