import type { Server } from 'node:http';
import type { Logger } from 'pino';
import { createApplicationsLedger } from './applications/application-store.db.ts';
import { recordDenial } from './audit/record-denial.db.ts';
import type { Authenticate } from './authentication/authenticate.ts';
import { openAuthentication } from './authentication/open-authentication.ts';
import { type Visibility, visibilityOf } from './authorization/visibility.ts';
import { schema } from './graphql/schema.ts';
import { issueSession } from './issuing/issue-session.ts';
import { createIssuePorts } from './issuing/open-issuing.ts';
import { purgeIdempotencyKeys } from './issuing/purge-idempotency-keys.job.ts';
import { settleOverdue } from './issuing/settle-overdue.job.ts';
import { createLimitsLedger } from './limits/change-limits.db.ts';
import type { Config } from './platform/config/config.ts';
import { type Keys, obtainKeys } from './platform/config/keys.ts';
import { checkDatabase } from './platform/database/check-database.ts';
import { type OpenDatabase, openDatabase } from './platform/database/open-database.ts';
import { createInFlight } from './platform/process/in-flight.ts';
import { createMetrics, type Metrics } from './platform/process/metrics.ts';
import { repeat } from './platform/process/repeat.ts';
import { StartError } from './platform/process/start-error.ts';
import { openProvider } from './providers/open-provider.ts';
import { createReader } from './reader.db.ts';
import { keepPartitionsAhead } from './retention/create-partitions.job.ts';
import { enforceRetention } from './retention/enforce-retention.job.ts';
import { openSealing } from './sealing/open-sealing.ts';
import { onlyTrustedDocuments } from './server/graphql/only-trusted-documents.ts';
import { loadTrustedDocuments } from './server/graphql/trusted-documents.ts';
import type { AdmissionRules } from './server/http/admit-request.ts';
import { createClientAddress } from './server/http/client-address.ts';
import { createCors } from './server/http/cors.ts';
import { createGraphqlServer } from './server/http/graphql-server.ts';
import { close, listen } from './server/http/listen.ts';
import { createManagementServer } from './server/http/management-server.ts';
import { createRateLimits } from './server/http/rate-limits.ts';
import { announceExpiry } from './sessions/announce-expiry.job.ts';
import { createIdentifySecret } from './sessions/identify-secret.db.ts';
import { identifySecret } from './sessions/identify-secret.ts';
import { openSubscriptions } from './subscriptions/open-subscriptions.ts';
import { loadPrices } from './usage/load-prices.ts';
import { createReportUsage } from './usage/report-usage.db.ts';
import { reportUsageOf } from './usage/report-usage.ts';
import { rollUpUsage } from './usage/roll-up-usage.job.ts';
import { createEraseUser, finishErasures } from './users/erase-user.db.ts';

export type App = {
  readonly url: string;
  readonly managementUrl: string;
  /** Stops accepting, finishes what was accepted, then closes everything, the database last. May be called twice. */
  close(): Promise<void>;
};

export type AppOptions = {
  readonly log: Logger;
  /** Gives up a start that is under way. */
  readonly signal?: AbortSignal;
  /** Told of metrics before anything is started. */
  readonly onMetrics?: (metrics: Metrics) => void;
  /** False: the trail is left unsealed, for measuring what sealing costs. */
  readonly sealing?: boolean;
};

/**
 * The one place where the parts meet: opens them in order, and closes them in the opposite one.
 * @throws StartError and the errors of the parts, saying what an operator can do; whatever was opened is closed again
 */
export async function createApp(config: Config, options: AppOptions): Promise<App> {
  const { log, signal, onMetrics, sealing = true } = options;
  const opened: (() => Promise<void>)[] = [];
  const closeAll = async () => {
    for (const closeOne of opened.splice(0).reverse()) {
      await closeOne().catch((err: unknown) => log.error({ err }, 'closing failed'));
    }
  };
  try {
    const documents = await loadTrustedDocuments(config.trustedDocuments, schema);
    const prices = await loadPrices(config.pricesFile);
    const ledger = await openDatabase(config, log, signal ?? new AbortController().signal);
    opened.push(() => ledger.close());
    const keys = await obtainKeys(config);
    const provider = await openProvider(config);
    opened.push(() => provider.close());
    const feed = openSubscriptions({ config, ledger, log });
    opened.push(() => feed.close());
    opened.push(startJobs({ config, ledger, keys, onCommitted: feed.onCommitted, log }));
    if (sealing) opened.push(await openSealing({ config, ledger, key: keys.auditKeys[0], log }));

    const metrics = createMetrics({ poolWaiting: () => ledger.pool.waitingCount, streams: feed.size });
    onMetrics?.(metrics);
    const state = { draining: false };
    const inFlight = createInFlight();
    const isDraining = () => state.draining;
    const { onCommitted } = feed;
    const issuing = await createIssuePorts({
      config,
      log,
      ledger,
      keys,
      provider,
      metrics,
      isDraining,
      onCommitted,
    });
    const limits = createLimitsLedger(ledger.pool, onCommitted);
    const eraseUser = createEraseUser(ledger.pool, keys.auditKeys[0], onCommitted);
    const applications = createApplicationsLedger(ledger.pool, onCommitted);
    const reporting = { reportUsage: createReportUsage(ledger.pool, onCommitted), prices };
    const identifying = { identify: createIdentifySecret(ledger.pool), keys: keys.fingerprintKeys };
    const authentication = openAuthentication({
      config,
      log,
      pool: ledger.pool,
      rootKey: keys.rootKey,
      metrics,
    });
    opened.push(() => authentication.close());
    const graphql = createGraphqlServer({
      schema,
      createContext: (viewer, origin) => ({
        ...readersOf(ledger.pool, visibilityOf(viewer.actor)),
        watchSessions: feed.watchSessionsAs(viewer),
        limits,
        eraseUser,
        applications,
        reportUsage: (session, input, by) => reportUsageOf(session, input, by, reporting),
        identifySecret: (secret, by) => identifySecret(secret, by, identifying),
        recordDenial: (denial) => recordDenial(ledger.pool, denial, { actor: viewer.actor, origin }),
        defaultPolicy: config.defaultPolicy,
        defaultApplicationId: issuing.settings.defaultApplicationId,
        issueSession: (input, by) =>
          inFlight.track(issueSession(issuing.ports, issuing.settings, { input, ...by })),
      }),
      admission: admissionRules(config, authentication.authenticate, metrics),
      connections: config,
      clientAddress: createClientAddress(config.trustedProxies),
      trustedDocuments: documents === null ? null : onlyTrustedDocuments(documents),
      heartbeatMs: config.heartbeatMs,
      limits: config.operationLimits,
      introspection: config.introspection,
      log,
      onRequest: (outcome, seconds) => metrics.requests.observe({ outcome }, seconds),
    });
    const management = createManagementServer({
      notReady: async () => (state.draining ? 'draining' : checkDatabase(ledger.pool)),
      registry: metrics.registry,
    });

    const managementPort = await open(management, config.managementPort, config.host, 'MANAGEMENT_PORT');
    opened.push(() => close(management, 0));
    // What was accepted is finished even when its client is gone: a mint that is under way has to be recorded.
    opened.push(() => inFlight.ended());
    const port = await open(graphql, config.port, config.host, 'PORT');
    opened.push(() => close(graphql, config.drainMs));
    opened.push(async () => {
      state.draining = true;
      // They would go on for ever; their clients find another gateway.
      await feed.end();
    });
    const host = config.host.includes(':') ? `[${config.host}]` : config.host;
    let closing: Promise<void> | undefined;
    return {
      url: `http://${host}:${port}/graphql`,
      managementUrl: `http://${host}:${managementPort}`,
      close: () => {
        closing ??= closeAll();
        return closing;
      },
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

function readersOf(pool: OpenDatabase['pool'], visibility: Visibility) {
  const createLedger = () => createReader(pool, visibility);
  return { ledger: createLedger(), createLedger };
}

function admissionRules(config: Config, authenticate: Authenticate, metrics: Metrics): AdmissionRules {
  return {
    authenticate,
    rateLimits: createRateLimits({
      requestsPerMinute: config.requestsPerMinute,
      anonymousRequestsPerMinute: config.anonymousRequestsPerMinute,
      onLimited: (kind) => metrics.rateLimited.inc({ kind }),
    }),
    onUnauthenticated: () => metrics.unauthenticated.inc(),
    cors: createCors(config.corsOrigins),
    maxBodyBytes: config.maxBodyBytes,
    graphiql: config.graphiql,
  };
}

type JobParts = {
  readonly config: Config;
  readonly ledger: OpenDatabase;
  readonly keys: Keys;
  readonly onCommitted: () => void;
  readonly log: Logger;
};

/** Periodic work; each stops when asked, and after what it is doing. */
function startJobs({ config, ledger, keys, onCommitted, log }: JobParts): () => Promise<void> {
  const { pool, ownerUrl } = ledger;
  const { retentionMonths: months, auditRetentionMonths: auditMonths } = config;
  const failed = (job: string) => (err: unknown) => log.error({ err, job }, 'periodic work failed');
  const stopPartitions = keepPartitionsAhead(ownerUrl, failed('partitions'));
  const stops = [
    repeat(500, (stopping) => announceExpiry(pool, onCommitted, stopping), failed('announce-expiry')),
    enforceRetention({
      ownerUrl,
      months,
      auditMonths,
      auditKeys: keys.auditKeys,
      log,
      onError: failed('retention'),
    }),
    repeat(1000, () => settleOverdue(pool, onCommitted), failed('settle-overdue')),
    repeat(1000, () => rollUpUsage(pool), failed('sum-usage')),
    repeat(30_000, (stopping) => finishErasures(pool, stopping), failed('finish-erasures'), 1000),
    repeat(600_000, () => purgeIdempotencyKeys(pool), failed('purge-idempotency-keys')),
  ];
  return async () => {
    stopPartitions();
    await Promise.all(stops.map((stop) => stop()));
  };
}

async function open(server: Server, port: number, host: string, variable: string): Promise<number> {
  try {
    return await listen(server, port, host);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new StartError(
      `Cannot listen on ${host}:${port} (${code}). Set HOST or ${variable} to something free.`,
      {
        cause: error,
      },
    );
  }
}
