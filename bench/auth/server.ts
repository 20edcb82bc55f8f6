import { openApplications } from '../../src/applications/open-applications.ts';
import type { Authenticate } from '../../src/authentication/authenticate.ts';
import { openAuthentication } from '../../src/authentication/open-authentication.ts';
import { type Actor, scopes } from '../../src/authorization/actor.ts';
import { visibilityOf } from '../../src/authorization/visibility.ts';
import { createKey } from '../../src/commands/create-key.ts';
import type { Context } from '../../src/graphql/context.ts';
import { schema } from '../../src/graphql/schema.ts';
import { loadConfig } from '../../src/platform/config/config.ts';
import { unbounded } from '../../src/platform/database/database-shares.ts';
import { createPool } from '../../src/platform/database/pool.ts';
import { createPrisma } from '../../src/platform/database/prisma.ts';
import { createFairScheduler } from '../../src/platform/process/fair-scheduler.ts';
import { createLogger } from '../../src/platform/process/logger.ts';
import { createMetrics } from '../../src/platform/process/metrics.ts';
import { createSemaphore } from '../../src/platform/process/semaphore.ts';
import { Secret } from '../../src/platform/redaction/secret.ts';
import { registry } from '../../src/providers/registry.ts';
import { createReader } from '../../src/reader.db.ts';
import { createClientAddress } from '../../src/server/http/client-address.ts';
import { createCors } from '../../src/server/http/cors.ts';
import { createGraphqlServer } from '../../src/server/http/graphql-server.ts';
import { listen } from '../../src/server/http/listen.ts';
import { createRateLimits } from '../../src/server/http/rate-limits.ts';
import { serveParent } from '../channel.ts';

// The gateway's own server, with one part exchanged: "none" has everybody be the same application without a look
// at the credential, "api-key" is what createApp puts there. Limits, log and metrics are on in both.

const [mode = '', databaseUrl = ''] = process.argv.slice(2);
const config = loadConfig(
  {
    DATABASE_URL: databaseUrl,
    GATEHOUSE_ROOT_KEY: 'root-key-of-the-bench-0123456789-abcdef',
    GATEHOUSE_FINGERPRINT_KEY: Buffer.alloc(32, 1).toString('base64'),
    GATEHOUSE_AUDIT_KEY: Buffer.alloc(32, 2).toString('base64'),
    GATEHOUSE_PROVIDER: 'sandbox',
  },
  registry,
);
const log = createLogger({ level: 'info', pretty: false });
const pool = createPool({
  url: databaseUrl,
  size: config.poolSize,
  timeoutMs: config.databaseTimeoutMs,
  onError: (err) => log.warn({ err }, 'idle database connection lost'),
});
let statements = 0;
const prisma = createPrisma(pool);
pool.on('acquire', () => {
  statements += 1;
});

const metrics = createMetrics({ poolWaiting: () => pool.waitingCount, streams: () => 0 });
const rootKey = config.rootKey ?? new Secret('');
const key = await makeKey();
const authenticate =
  mode === 'none'
    ? everybodyIs(key.applicationId)
    : openAuthentication({ config, log, pool, rootKey, metrics }).authenticate;
const server = createGraphqlServer({
  console: null,
  offers: null,
  schema,
  createContext: ({ actor }, origin, log) => ({ ...contextOf(actor), actor, origin, log }),
  heartbeatMs: config.heartbeatMs,
  admission: {
    authenticate,
    rateLimits: createRateLimits({
      requestsPerMinute: 10_000_000,
      anonymousRequestsPerMinute: config.anonymousRequestsPerMinute,
      onLimited: (kind) => metrics.rateLimited.inc({ kind }),
    }),
    onUnauthenticated: () => metrics.unauthenticated.inc(),
    cors: createCors([]),
    maxBodyBytes: config.maxBodyBytes,
    graphiql: false,
    requests: createSemaphore({
      size: Number.POSITIVE_INFINITY,
      sizePerKey: config.maxRequestsPerCaller,
      queue: config.maxConnections,
      waitMs: config.upstreamTimeoutMs,
    }),
    scheduler: createFairScheduler(),
  },
  connections: config,
  clientAddress: createClientAddress([]),
  trustedDocuments: null,
  limits: config.operationLimits,
  introspection: false,
  log,
  onRequest: (outcome, seconds) => metrics.requests.observe({ outcome }, seconds),
});
const port = Number(new URL(await listen(server, 0, '127.0.0.1')).port);
serveParent({ port, key: key.value }, async () => {
  const { user, system } = process.cpuUsage();
  return { statements, cpuMicroseconds: user + system };
});

async function makeKey(): Promise<{ value: string; applicationId: string }> {
  const made = await createKey(
    {
      reader: createReader({ pool, prisma }, { reach: 'EVERYTHING' }),
      ...openApplications({ prisma }),
    },
    { application: 'bench', name: mode, scopes: [...scopes], reach: 'EVERYTHING', expiresAt: null },
  );
  if (made.kind === 'invalid') throw new Error('The key was refused');
  return { value: made.value.reveal(), applicationId: made.application.id };
}

function everybodyIs(applicationId: string): Authenticate {
  const actor: Actor = {
    kind: 'application',
    name: 'bench',
    applicationId,
    apiKeyId: '',
    scopes,
    reach: 'EVERYTHING',
  };
  return { findCached: () => actor, verify: async () => actor, isVerifying: () => false };
}

/** What the trivial query does not reach for is not there. */
function contextOf(actor: Actor): Omit<Context, 'actor' | 'origin' | 'log'> {
  const absent = async (): Promise<never> => {
    throw new Error('The benchmark asks for the viewer only');
  };
  const readOnce = () => createReader({ pool, prisma }, visibilityOf(actor));
  return {
    reader: readOnce(),
    createReader: readOnce,
    shares: unbounded(pool),
    applications: { ...openApplications({ prisma }).applications, defaultId: '' },
    audit: { recordDenial: absent },
    gateway: {
      version: '',
      startedAt: new Date(),
      providerStates: () => [],
      pricedModels: () => [],
      trailState: absent,
    },
    calls: { requestEnd: absent },
    issuing: { issueSession: absent },
    limits: { defaultPolicy: config.defaultPolicy },
    sessions: { revoke: absent, identifySecret: absent },
    subscriptions: { watchSessions: absent, readPosition: absent },
    usage: { report: absent, labelKey: undefined },
    users: { suspend: absent, reinstate: absent, setPolicy: absent, erase: absent },
  };
}
