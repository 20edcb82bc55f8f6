import { z } from 'zod';
import { budget } from '../validation/usd-amount.ts';
import { flag, httpUrl, isNetwork, isOrigin, list, whole } from './schemas.ts';
import { group, variable } from './variable.ts';

/** How the gateway issues sessions, what it allows by default, and how much it takes at a time. */
export const servingVariables = {
  defaultModel: variable(
    'GATEHOUSE_DEFAULT_MODEL',
    z.string().min(1).default('gpt-realtime-2.1'),
    'Model of a session whose input names none.',
  ),
  upstreamTimeoutMs: variable(
    'GATEHOUSE_UPSTREAM_TIMEOUT_MS',
    whole(50, 120_000).default(10_000),
    "One mint's deadline, from connecting to the end of the answer, in milliseconds.",
  ),
  maxMintsInFlight: variable(
    'GATEHOUSE_MAX_MINTS_IN_FLIGHT',
    whole(1, 10_000).default(64),
    'Upstream calls at a time, at each provider.',
  ),
  mintQueue: variable(
    'GATEHOUSE_MINT_QUEUE',
    whole(0, 1_000_000).default(1024),
    'Sessions that wait for their turn beyond them, at each provider; more are refused.',
  ),
  defaultPolicy: group({
    maxActiveSessions: variable(
      'GATEHOUSE_MAX_ACTIVE_SESSIONS',
      whole(0, 1_000_000).default(10),
      'Default policy: sessions of one user whose secret lives, at a time.',
    ),
    maxMintsPerMinute: variable(
      'GATEHOUSE_MAX_MINTS_PER_MINUTE',
      whole(0, 1_000_000).default(30),
      'Default policy: sessions for one user in any 60 seconds.',
    ),
    maxMintsPerDay: variable(
      'GATEHOUSE_MAX_MINTS_PER_DAY',
      whole(0, 1_000_000).default(500),
      'Default policy: sessions for one user in any 24 hours.',
    ),
    maxTtlSeconds: variable(
      'GATEHOUSE_MAX_TTL_SECONDS',
      whole(10, 7200).default(7200),
      'Default policy: longest lifetime of a client secret, in seconds.',
    ),
    allowedModels: variable(
      'GATEHOUSE_ALLOWED_MODELS',
      z
        .string()
        .transform((list) => list.split(',').map((model) => model.trim()))
        .refine((models) => models.every((model) => model !== ''), 'must be a comma-separated list of models')
        .optional(),
      'Default policy: models that may be used, comma-separated. Default: any.',
    ),
    monthlyBudgetUsd: variable(
      'GATEHOUSE_MONTHLY_BUDGET_USD',
      budget.optional(),
      'Default policy: US dollars that one user may cost in a calendar month (UTC), e.g. 25.50, by what was reported of it. Default: no budget.',
    ),
    maxCallSeconds: variable(
      'GATEHOUSE_MAX_CALL_SECONDS',
      whole(10, 3600).default(3600),
      'Default policy: longest call of a BROKERED session, in seconds.',
    ),
    brokeredOnly: variable(
      'GATEHOUSE_BROKERED_ONLY',
      flag.default(false),
      'Default policy: whether sessions must be BROKERED.',
    ),
  }),
  callIdleSeconds: variable(
    'GATEHOUSE_CALL_IDLE_SECONDS',
    whole(0, 3600)
      .refine((seconds) => seconds === 0 || seconds >= 10, 'must be 0, or a whole number from 10 to 3600')
      .default(300),
    'The call of a BROKERED session is ended when nobody has spoken for that long, in seconds, unless the session says otherwise. 0: never.',
  ),
  endDriftedCalls: variable(
    'GATEHOUSE_END_DRIFTED_CALLS',
    flag.default(false),
    'Whether a call is ended when the browser changes what it was configured with. Otherwise the change is only recorded.',
  ),
  maxCalls: variable(
    'GATEHOUSE_MAX_CALLS',
    whole(1, 100_000).default(5000),
    'Calls that one gateway watches at a time; further offers are refused with 503.',
  ),
  publicUrl: variable(
    'GATEHOUSE_PUBLIC_URL',
    httpUrl.refine((url) => !url.includes('?'), 'must be an http(s) URL without a query').optional(),
    'Where browsers reach this gateway, e.g. https://gatehouse.example.com: needed for BROKERED sessions. Default: the listening address when embedded, else none.',
  ),
  maxBodyBytes: variable(
    'GATEHOUSE_MAX_BODY_BYTES',
    whole(1024, 16_777_216).default(262_144),
    'Larger requests are refused with 413.',
  ),
  requestsPerMinute: variable(
    'GATEHOUSE_REQUESTS_PER_MINUTE',
    whole(1, 10_000_000).default(6000),
    'Requests of one caller per minute and gateway; more are refused with 429.',
  ),
  maxRequestsPerCaller: variable(
    'GATEHOUSE_MAX_REQUESTS_PER_CALLER',
    whole(1, 1_000_000).default(512),
    'Requests of one caller that one gateway works on at a time; more wait as long as a mint may take, and are then refused with 429.',
  ),
  anonymousRequestsPerMinute: variable(
    'GATEHOUSE_ANONYMOUS_REQUESTS_PER_MINUTE',
    whole(1, 10_000_000).default(60),
    'Requests of one address without valid credentials, per minute and gateway.',
  ),
  maxStreams: variable(
    'GATEHOUSE_MAX_STREAMS',
    whole(0, 1_000_000).default(1000),
    'Open subscriptions of one gateway; more are refused with 429.',
  ),
  maxStreamsPerCaller: variable(
    'GATEHOUSE_MAX_STREAMS_PER_CALLER',
    whole(0, 1_000_000).default(100),
    'Open subscriptions of one caller (all keys of an application, or one user) at one gateway; more are refused with 429.',
  ),
  heartbeatMs: variable(
    'GATEHOUSE_HEARTBEAT_MS',
    whole(100, 600_000).default(15_000),
    'How long nothing may be sent on a subscription before a comment is, in milliseconds: shorter than what proxies in between take for dead.',
  ),
  trustedProxies: variable(
    'GATEHOUSE_TRUSTED_PROXIES',
    z
      .string()
      .transform(list)
      .refine(
        (entries) => entries.every(isNetwork),
        'must be a comma-separated list of addresses or networks',
      )
      .default([]),
    "Proxies in front, as addresses or networks, comma-separated: what they say in X-Forwarded-For is the client's address. Default: none, and the header is ignored.",
  ),
  corsOrigins: variable(
    'GATEHOUSE_CORS_ORIGINS',
    z
      .string()
      .transform(list)
      .refine(
        (origins) => origins.every(isOrigin),
        'must be a comma-separated list of origins like https://app.example.com',
      )
      .default([]),
    'Exact origins whose pages may ask, comma-separated. Default: none.',
  ),
  trustedDocuments: variable(
    'GATEHOUSE_TRUSTED_DOCUMENTS',
    z.string().optional(),
    'A JSON file of the only operations that are executed: {"hash": "document"}, or an Apollo persisted query manifest. Unset: any operation.',
  ),
  pricesFile: variable(
    'GATEHOUSE_PRICES_FILE',
    z.string().optional(),
    'A JSON file of prices that replace those of the models it names: [{"models": ["m"], "from": "2026-09-01", "textInput": "4", "minute": "0.017"}]. Unset: the prices of this version.',
  ),
  usageLabel: variable(
    'GATEHOUSE_USAGE_LABEL',
    z.string().max(64, 'must be the key of a label, of at most 64 characters').optional(),
    'Key of the label that usage can be grouped by, e.g. team. What is reported while it is set is summed by it; older usage is read from its records. Default: none.',
  ),
  unpriced: variable(
    'GATEHOUSE_UNPRICED',
    z.enum(['refuse', 'allow'], 'must be allow or refuse').default('refuse'),
    'Whether a session of a model without a price is refused or allowed where a budget applies: what it uses does not count towards the budget.',
  ),
  operationLimits: group({
    tokens: variable(
      'GATEHOUSE_MAX_TOKENS',
      whole(100, 1_000_000).default(4000),
      'Longest document, in lexical tokens.',
    ),
    depth: variable(
      'GATEHOUSE_MAX_DEPTH',
      whole(5, 64).default(16),
      'Deepest nesting of fields in an operation.',
    ),
    aliases: variable('GATEHOUSE_MAX_ALIASES', whole(0, 10_000).default(30), 'Aliases in an operation.'),
    directives: variable(
      'GATEHOUSE_MAX_DIRECTIVES',
      whole(0, 10_000).default(50),
      'Directives in an operation.',
    ),
    cost: variable(
      'GATEHOUSE_MAX_COST',
      whole(1, 10_000_000).default(5000),
      'Objects that an operation may ask for: each counts one, times the page sizes around it.',
    ),
  }),
  maxConnections: variable(
    'GATEHOUSE_MAX_CONNECTIONS',
    whole(1, 1_000_000).default(10_000),
    'Open connections of one gateway; more are closed at once.',
  ),
  headersTimeoutMs: variable(
    'GATEHOUSE_HEADERS_TIMEOUT_MS',
    whole(100, 600_000).default(10_000),
    "Time for a request's headers to arrive, in milliseconds.",
  ),
  requestTimeoutMs: variable(
    'GATEHOUSE_REQUEST_TIMEOUT_MS',
    whole(100, 600_000).default(30_000),
    'Time for a whole request to arrive, in milliseconds.',
  ),
  // Even with 1, a month is dropped weeks after its last session has ended.
  retentionMonths: variable(
    'GATEHOUSE_RETENTION_MONTHS',
    whole(1, 1200).default(13),
    'Full calendar months (UTC) that sessions are kept, beside the current one; older months are dropped whole.',
  ),
  auditRetentionMonths: variable(
    'GATEHOUSE_AUDIT_RETENTION_MONTHS',
    whole(1, 1200).optional(),
    'Full calendar months (UTC) that audit events are kept, beside the current one; a month goes once a signed checkpoint says so in the trail. Default: all are kept.',
  ),
  graphiql: variable(
    'GATEHOUSE_GRAPHIQL',
    flag.optional(),
    'Serve GraphiQL. Default: true when embedded, else false.',
  ),
  console: group({
    serve: variable(
      'GATEHOUSE_CONSOLE',
      flag.optional(),
      'Serve the console at /console/. Default: true when embedded, else false.',
    ),
    oidcClientId: variable(
      'GATEHOUSE_CONSOLE_OIDC_CLIENT_ID',
      z.string().optional(),
      "The console's client at the identity provider (OpenID Connect, code with PKCE, no client secret): people sign in there, too. Needs GATEHOUSE_JWT_ISSUER to be the issuer's URL. Unset: by key only.",
    ),
    oidcScope: variable(
      'GATEHOUSE_CONSOLE_OIDC_SCOPE',
      z.string().default('openid'),
      'What the console asks the identity provider for, separated by spaces.',
    ),
  }),
  introspection: variable(
    'GATEHOUSE_INTROSPECTION',
    flag.optional(),
    'Allow introspection. Default: true when embedded, else false.',
  ),
  logLevel: variable(
    'LOG_LEVEL',
    z
      .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], "must be one of pino's levels")
      .default('info'),
    'fatal, error, warn, info, debug, trace or silent.',
  ),
};
