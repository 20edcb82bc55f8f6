import { z } from 'zod';
import { variables } from './variables.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type Problem = { readonly variable: string; readonly message: string };

/** Thrown when the environment cannot be used; the message names every problem, a line each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export type Config = ReturnType<typeof resolve>;

/**
 * Reads every variable of the operator's contract once. Empty values count as unset, because that is
 * what an env file's `NAME=` means. Values are never repeated in problems: they may be secrets.
 * @throws ConfigError naming all problems together
 */
export function loadConfig(environment: Environment): Config {
  const env = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = z.object(variables).safeParse(env);
  const problems = [...(parsed.success ? [] : malformed(parsed.error)), ...missing(env)];
  if (!parsed.success || problems.length > 0) throw new ConfigError(describe(problems));
  return resolve(parsed.data, unknownVariables(env));
}

function malformed(error: z.ZodError): Problem[] {
  return error.issues.map((issue) => ({ variable: issue.path.join('.'), message: issue.message }));
}

/** What is missing, or collides, in view of what else is set: asked of the environment itself, so that one run reports it beside malformed values. */
function missing(env: Environment): Problem[] {
  const problems: Problem[] = [];
  const needs = (variable: keyof typeof variables, message: string) => {
    if (env[variable] === undefined) problems.push({ variable, message });
  };
  const embedded = env['DATABASE_URL'] === undefined;
  const provider = env['GATEHOUSE_PROVIDER'];
  if (!embedded) {
    needs('GATEHOUSE_ROOT_KEY', 'is needed with DATABASE_URL (openssl rand -base64 33)');
    needs('GATEHOUSE_FINGERPRINT_KEY', 'is needed with DATABASE_URL (openssl rand -base64 32)');
    needs('GATEHOUSE_AUDIT_KEY', 'is needed with DATABASE_URL (openssl rand -base64 32)');
    if (env['OPENAI_API_KEY'] === undefined) {
      needs('GATEHOUSE_PROVIDER', 'is needed with DATABASE_URL while OPENAI_API_KEY is unset');
    }
  }
  const jwt = ['GATEHOUSE_JWKS_URL', 'GATEHOUSE_JWT_ISSUER', 'GATEHOUSE_JWT_AUDIENCE'] as const;
  if (jwt.some((variable) => env[variable] !== undefined)) {
    // Without one of them any token of that provider, or of anybody, would do.
    for (const variable of jwt)
      needs(variable, 'is needed: tokens are accepted with all of GATEHOUSE_JWKS_URL, _ISSUER and _AUDIENCE');
  }
  if (embedded && env['DATABASE_OWNER_URL'] !== undefined)
    needs('DATABASE_URL', 'is needed beside DATABASE_OWNER_URL');
  if (provider === 'openai' || provider === 'openai-beta')
    needs('OPENAI_API_KEY', 'is needed by the chosen provider');
  // Defaults included: PORT=4001 alone collides.
  const port = variables.PORT.safeParse(env['PORT']).data;
  if (
    port !== undefined &&
    port !== 0 &&
    port === variables.MANAGEMENT_PORT.safeParse(env['MANAGEMENT_PORT']).data
  )
    problems.push({ variable: 'MANAGEMENT_PORT', message: 'must differ from PORT' });
  return problems;
}

function describe(problems: readonly Problem[]): string {
  const lines = problems.map(({ variable, message }) => `  ${variable} ${message}`);
  return `The configuration cannot be used:\n${lines.join('\n')}\n.env.example says what each variable means.`;
}

/** Variables that look like ours and are not known: a typing error that would otherwise pass in silence. */
function unknownVariables(env: Environment): string[] {
  return Object.keys(env).filter((name) => name.startsWith('GATEHOUSE_') && !Object.hasOwn(variables, name));
}

/** Null: no tokens are accepted. */
function identityProvider(env: z.infer<z.ZodObject<typeof variables>>) {
  const { GATEHOUSE_JWKS_URL: jwksUrl, GATEHOUSE_JWT_ISSUER: issuer, GATEHOUSE_JWT_AUDIENCE: audience } = env;
  if (jwksUrl === undefined || issuer === undefined || audience === undefined) return null;
  return {
    jwksUrl,
    issuer,
    audience,
    cooldownMs: env.GATEHOUSE_JWKS_COOLDOWN_MS,
    scopesClaim: env.GATEHOUSE_JWT_SCOPES_CLAIM,
    algorithms: env.GATEHOUSE_JWT_ALGORITHMS,
  };
}

function resolve(env: z.infer<z.ZodObject<typeof variables>>, unknown: readonly string[]) {
  const embedded = env.DATABASE_URL === undefined;
  return {
    host: env.HOST,
    port: env.PORT,
    managementPort: env.MANAGEMENT_PORT,
    database:
      env.DATABASE_URL === undefined
        ? ({ kind: 'embedded' } as const)
        : ({ kind: 'external', url: env.DATABASE_URL, ownerUrl: env.DATABASE_OWNER_URL } as const),
    poolSize: env.GATEHOUSE_POOL_SIZE,
    databaseTimeoutMs: env.GATEHOUSE_DATABASE_TIMEOUT_MS,
    drainMs: env.GATEHOUSE_DRAIN_MS,
    dataDirectory: env.GATEHOUSE_DATA_DIR,
    rootKey: env.GATEHOUSE_ROOT_KEY,
    fingerprintKeys: env.GATEHOUSE_FINGERPRINT_KEY,
    auditKeys: env.GATEHOUSE_AUDIT_KEY,
    auditHeadsFile: env.GATEHOUSE_AUDIT_HEADS_FILE,
    identityProvider: identityProvider(env),
    provider: env.GATEHOUSE_PROVIDER ?? (env.OPENAI_API_KEY === undefined ? 'sandbox' : 'openai'),
    openai: {
      apiKey: env.OPENAI_API_KEY,
      baseUrl: env.OPENAI_BASE_URL,
      organization: env.OPENAI_ORGANIZATION,
      project: env.OPENAI_PROJECT,
    },
    defaultModel: env.GATEHOUSE_DEFAULT_MODEL,
    upstreamTimeoutMs: env.GATEHOUSE_UPSTREAM_TIMEOUT_MS,
    maxMintsInFlight: env.GATEHOUSE_MAX_MINTS_IN_FLIGHT,
    mintQueue: env.GATEHOUSE_MINT_QUEUE,
    defaultPolicy: {
      allowedModels: env.GATEHOUSE_ALLOWED_MODELS ?? null,
      maxTtlSeconds: env.GATEHOUSE_MAX_TTL_SECONDS,
      maxActiveSessions: env.GATEHOUSE_MAX_ACTIVE_SESSIONS,
      maxMintsPerMinute: env.GATEHOUSE_MAX_MINTS_PER_MINUTE,
      maxMintsPerDay: env.GATEHOUSE_MAX_MINTS_PER_DAY,
      monthlyBudgetUsd: env.GATEHOUSE_MONTHLY_BUDGET_USD ?? null,
    },
    maxBodyBytes: env.GATEHOUSE_MAX_BODY_BYTES,
    requestsPerMinute: env.GATEHOUSE_REQUESTS_PER_MINUTE,
    maxStreams: env.GATEHOUSE_MAX_STREAMS,
    heartbeatMs: env.GATEHOUSE_HEARTBEAT_MS,
    anonymousRequestsPerMinute: env.GATEHOUSE_ANONYMOUS_REQUESTS_PER_MINUTE,
    trustedProxies: env.GATEHOUSE_TRUSTED_PROXIES,
    corsOrigins: env.GATEHOUSE_CORS_ORIGINS,
    trustedDocuments: env.GATEHOUSE_TRUSTED_DOCUMENTS,
    pricesFile: env.GATEHOUSE_PRICES_FILE,
    operationLimits: {
      tokens: env.GATEHOUSE_MAX_TOKENS,
      depth: env.GATEHOUSE_MAX_DEPTH,
      aliases: env.GATEHOUSE_MAX_ALIASES,
      directives: env.GATEHOUSE_MAX_DIRECTIVES,
      cost: env.GATEHOUSE_MAX_COST,
    },
    maxConnections: env.GATEHOUSE_MAX_CONNECTIONS,
    headersTimeoutMs: env.GATEHOUSE_HEADERS_TIMEOUT_MS,
    requestTimeoutMs: env.GATEHOUSE_REQUEST_TIMEOUT_MS,
    retentionMonths: env.GATEHOUSE_RETENTION_MONTHS,
    auditRetentionMonths: env.GATEHOUSE_AUDIT_RETENTION_MONTHS,
    graphiql: env.GATEHOUSE_GRAPHIQL ?? embedded,
    introspection: env.GATEHOUSE_INTROSPECTION ?? embedded,
    logLevel: env.LOG_LEVEL,
    unknown,
  };
}
