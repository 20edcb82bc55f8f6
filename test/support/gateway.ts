import { randomBytes } from 'node:crypto';
import type { AppOptions } from '../../src/app.ts';
import type { TestDatabase } from './database.ts';
import type { Parsed } from './parsed.ts';

export const ROOT_KEY = 'root-key-of-the-tests-0123456789-abcdef';

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Parsed;
};

export type TestGateway = {
  readonly url: string;
  readonly managementUrl: string;
  /** Every line it logged. */
  readonly logLines: string[];
  /** Sends a GraphQL request as the operator, unless headers say otherwise. */
  ask(query: string, variables?: Record<string, unknown>, headers?: Record<string, string>): Promise<Answer>;
  close(): Promise<void>;
};

/** A whole gateway on free ports over a test's database and upstream, as app.ts puts it together. */
export async function startGateway(
  database: Pick<TestDatabase, 'url' | 'ownerUrl'>,
  env: Record<string, string> = {},
  options: Pick<AppOptions, 'listingsFrom'> = {},
): Promise<TestGateway> {
  const { createApp, loadConfig, createLogger, registry } = await loadGateway();
  const logLines: string[] = [];
  const config = loadConfig(
    {
      PORT: '0',
      MANAGEMENT_PORT: '0',
      DATABASE_URL: database.url,
      DATABASE_OWNER_URL: database.ownerUrl,
      GATEHOUSE_ROOT_KEY: ROOT_KEY,
      GATEHOUSE_FINGERPRINT_KEY: randomBytes(32).toString('base64'),
      // The same for all: several gateways of a test may seal one trail.
      GATEHOUSE_AUDIT_KEY: Buffer.alloc(32, 2).toString('base64'),
      GATEHOUSE_INTROSPECTION: 'true',
      GATEHOUSE_PROVIDER: 'sandbox',
      // Out of the way of what is not about quotas.
      GATEHOUSE_MAX_ACTIVE_SESSIONS: '1000000',
      GATEHOUSE_MAX_MINTS_PER_MINUTE: '1000000',
      GATEHOUSE_MAX_MINTS_PER_DAY: '1000000',
      // Nor about rates.
      GATEHOUSE_REQUESTS_PER_MINUTE: '10000000',
      GATEHOUSE_ANONYMOUS_REQUESTS_PER_MINUTE: '10000000',
      ...env,
    },
    registry,
  );
  const log = createLogger({
    level: config.logLevel,
    pretty: false,
    destination: { write: (line) => void logLines.push(line) },
  });
  const app = await createApp(config, { log, ...options });
  return {
    url: app.url,
    managementUrl: app.managementUrl,
    logLines,
    ask: (query, variables, headers) => askAt(app.url, query, variables, headers),
    close: () => app.close(),
  };
}

// When it is first needed: loading it takes seconds, which the files that only start processes are spared.
async function loadGateway() {
  const [{ createApp }, { loadConfig }, { createLogger }, { registry }] = await Promise.all([
    import('../../src/app.ts'),
    import('../../src/platform/config/config.ts'),
    import('../../src/platform/process/logger.ts'),
    import('../../src/providers/registry.ts'),
  ]);
  return { createApp, loadConfig, createLogger, registry };
}

/** Environment of a gateway whose provider is a fake upstream. */
export function upstreamEnv(
  baseUrl: string,
  provider: 'openai' | 'openai-beta' = 'openai',
): Record<string, string> {
  return {
    GATEHOUSE_PROVIDER: provider,
    OPENAI_API_KEY: 'sk-provider-key-of-the-tests',
    OPENAI_BASE_URL: baseUrl,
  };
}

/** Sends a GraphQL request as the operator, unless headers say otherwise. */
export async function askAt(
  url: string,
  query: string,
  variables: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      // Under plain application/json GraphQL answers 200 to what it refuses.
      accept: 'application/graphql-response+json, application/json',
      authorization: `Bearer ${ROOT_KEY}`,
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}
