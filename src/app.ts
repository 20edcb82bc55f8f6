import type { Server } from 'node:http';
import type { Logger } from 'pino';
import { openApplications } from './applications/open-applications.ts';
import { recordDenial } from './audit/record-denial.db.ts';
import type { Authenticate } from './authentication/authenticate.ts';
import { openAuthentication } from './authentication/open-authentication.ts';
import { principalKey } from './authorization/actor.ts';
import { visibilityOf } from './authorization/visibility.ts';
import { MAX_OFFERS, OFFER_QUEUE, OFFER_WAIT_MS } from './calls/call-bounds.ts';
import { openCallControl } from './calls/open-call-control.ts';
import { openCalls } from './calls/open-calls.ts';
import { schema } from './graphql/schema.ts';
import { openIssuing } from './issuing/open-issuing.ts';
import type { Config } from './platform/config/config.ts';
import { obtainKeys } from './platform/config/keys.ts';
import { checkDatabase } from './platform/database/check-database.ts';
import { createShares } from './platform/database/database-shares.ts';
import { openDatabase } from './platform/database/open-database.ts';
import { transactionOverlapMs } from './platform/database/transaction-overlap.ts';
import { watchClock } from './platform/database/watch-clock.job.ts';
import { createFairScheduler, type FairScheduler } from './platform/process/fair-scheduler.ts';
import { hostAndPort } from './platform/process/host-and-port.ts';
import { createMetrics, type Metrics } from './platform/process/metrics.ts';
import { createSemaphore } from './platform/process/semaphore.ts';
import { StartError } from './platform/process/start-error.ts';
import { readVersion } from './platform/process/version.ts';
import { openProviders } from './providers/open-providers.ts';
import type { ProviderSettings } from './providers/registry.ts';
import { createReader } from './reader.db.ts';
import { openRetention } from './retention/open-retention.ts';
import { findTrailState } from './sealing/find-trail-state.db.ts';
import { openSealing } from './sealing/open-sealing.ts';
import type { Console } from './server/console/answer-console.ts';
import { callsUrlOf } from './server/console/calls-url.ts';
import { CONSOLE_FOLDER, loadConsole } from './server/console/load-console.ts';
import { onlyTrustedDocuments } from './server/graphql/only-trusted-documents.ts';
import { loadTrustedDocuments } from './server/graphql/trusted-documents.ts';
import type { AdmissionRules } from './server/http/admit-request.ts';
import { callUrlOf } from './server/http/call-url.ts';
import { createClientAddress } from './server/http/client-address.ts';
import { createCors, OFFERS } from './server/http/cors.ts';
import { createGraphqlServer } from './server/http/graphql-server.ts';
import { close, endKeepAlive, listen } from './server/http/listen.ts';
import { createManagementServer } from './server/http/management-server.ts';
import { createRateLimits } from './server/http/rate-limits.ts';
import { openSessions } from './sessions/open-sessions.ts';
import { openStatistics } from './statistics/open-statistics.ts';
import { openSubscriptions } from './subscriptions/open-subscriptions.ts';
import { loadPrices } from './usage/load-prices.ts';
import { openUsage } from './usage/open-usage.ts';
import { pricedModels } from './usage/unpriced-models.ts';
import { openUsers } from './users/open-users.ts';

export type App = {
  readonly url: string;
  readonly managementUrl: string;
  /** Null: the console is not served. */
  readonly consoleUrl: string | null;
  /** Readiness fails from now on, and connections are not kept alive; everything is still accepted and served. */
  failReadiness(): void;
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
  /** The how manieth request for a listing is answered without being executed, and those after it (default 2). */
  readonly listingsFrom?: number;
};

/**
 * The one place where the parts meet: opens them in order, and closes them in the opposite one.
 * @throws StartError and the errors of the parts, saying what an operator can do; whatever was opened is closed again
 */
export async function createApp(config: Config & ProviderSettings, options: AppOptions): Promise<App> {
  const { log, signal, onMetrics, sealing = true, listingsFrom = 2 } = options;
  const opened: (() => Promise<void>)[] = [];
  const closeAll = async () => {
    for (const closeOne of opened.splice(0).reverse()) {
      await closeOne().catch((err: unknown) => log.error({ err }, 'closing failed'));
    }
  };
  try {
    const documents = await loadTrustedDocuments(config.trustedDocuments, schema);
    const prices = await loadPrices(config.pricesFile);
    const console = await openConsole(config);
    const database = await openDatabase(config, log, signal ?? new AbortController().signal);
    opened.push(() => database.close());
    const { pool, prisma, ownerUrl } = database;
    const keys = await obtainKeys(config);
    const { auditKeys, fingerprintKeys, rootKey } = keys;
    const [auditKey] = auditKeys;
    // Closed after all that writes events, so that the last ones are sealed.
    if (sealing) opened.push(await openSealing({ config, ledger: database, key: auditKey, log }));
    const providers = await openProviders(config);
    for (const provider of providers) opened.push(() => provider.close());
    const subscriptions = openSubscriptions({ config, ledger: database, log });
    opened.push(() => subscriptions.close());
    const { onCommitted } = subscriptions;
    const metrics = createMetrics({ poolWaiting: () => pool.waitingCount, streams: subscriptions.size });
    onMetrics?.(metrics);
    const state = { ready: true, draining: false };

    const { applications } = openApplications({ prisma, onCommitted });
    const { users, close: closeUsers } = openUsers({ pool, auditKey, onCommitted, log });
    opened.push(closeUsers);
    const { sessions, close: closeSessions } = openSessions({
      pool,
      prisma,
      fingerprintKeys,
      onCommitted,
      log,
    });
    opened.push(closeSessions);
    const {
      usage,
      meter,
      findUnpriced,
      close: closeUsage,
    } = openUsage({
      pool,
      prisma,
      prices,
      config,
      onCommitted,
      log,
    });
    opened.push(closeUsage);
    opened.push(openStatistics({ pool, log }).close);
    const { calls, close: closeCalls } = openCalls({ pool, onCommitted, log });
    opened.push(closeCalls);
    const isDraining = () => state.draining;
    const callControl = openCallControl({
      ...{ config, store: calls, meter, providers, fingerprintKeys, isDraining, metrics, log },
    });
    opened.push(() => callControl.close());
    subscriptions.listen(callControl.onNotification);
    // Known when the gateway listens, which is before anybody can ask.
    let listeningUrl: string | null = null;
    const callUrl = () => callUrlOf(config, listeningUrl);
    const issuing = await openIssuing({
      config,
      log,
      database,
      keys,
      providers,
      metrics,
      isDraining,
      findUnpriced,
      callUrl,
      onCommitted,
    });
    opened.push(() => issuing.close());
    opened.push(watchClock(pool, log, (seconds) => metrics.clockSkew.set(seconds)));
    opened.push(openRetention({ config, ownerUrl, auditKeys, log, metrics }).close);
    const authentication = openAuthentication({ config, log, pool, rootKey, metrics });
    opened.push(() => authentication.close());

    const nouns = {
      applications: { ...applications, defaultId: issuing.defaultApplicationId },
      calls,
      issuing,
      limits: config,
      sessions,
      usage,
      users,
    };
    const about = { version: readVersion(), startedAt: new Date() };
    const overlapMs = transactionOverlapMs(config.databaseTimeoutMs);
    const scheduler = createFairScheduler();
    const sharesOf = createShares({
      pool,
      poolSize: config.poolSize,
      timeoutMs: config.databaseTimeoutMs,
      scheduler,
    });
    const admission = admissionRules(config, authentication.authenticate, metrics, scheduler);
    const graphql = createGraphqlServer({
      schema,
      createContext: (subscriber, origin, requestLog) => {
        const { actor } = subscriber;
        // A mint needs neither of them, and they are much of what a request leaves behind in memory.
        const shares = lazily(() => sharesOf(principalKey(actor)));
        const createRequestReader = () => createReader(database, visibilityOf(actor), shares());
        const reader = lazily(createRequestReader);
        return {
          actor,
          origin,
          log: requestLog,
          get reader() {
            return reader();
          },
          get shares() {
            return shares();
          },
          createReader: createRequestReader,
          ...nouns,
          gateway: {
            ...about,
            providerStates: issuing.providerStates,
            pricedModels: () => pricedModels(prices, new Date()),
            trailState: () => shares().listings(() => findTrailState(pool, overlapMs)),
          },
          audit: {
            recordDenial: (denial) => shares().changes(() => recordDenial(pool, denial, { actor, origin })),
          },
          subscriptions: {
            watchSessions: subscriptions.watchSessionsAs(subscriber),
            readPosition: () => shares().lookUps(subscriptions.readPosition),
          },
        };
      },
      console,
      admission,
      offers: {
        cors: createCors(config.corsOrigins, OFFERS),
        rateLimits: admission.rateLimits,
        offers: createSemaphore({
          size: MAX_OFFERS,
          // A quarter is for others than the address that sends most.
          sizePerKey: (MAX_OFFERS * 3) / 4,
          queue: OFFER_QUEUE,
          waitMs: OFFER_WAIT_MS,
        }),
        isDraining,
        takeOffer: callControl.takeOffer,
        abandon: callControl.abandon,
        log,
      },
      connections: config,
      clientAddress: createClientAddress(config.trustedProxies),
      trustedDocuments: documents === null ? null : onlyTrustedDocuments(documents),
      heartbeatMs: config.heartbeatMs,
      limits: config.operationLimits,
      introspection: config.introspection,
      listingsFrom,
      log,
      onRequest: (outcome, seconds) => metrics.requests.observe({ outcome }, seconds),
    });
    const management = createManagementServer({
      notReady: async () => (state.ready ? checkDatabase(pool) : 'draining'),
      registry: metrics.registry,
    });

    const managementUrl = await open(management, config.managementPort, config.host, 'MANAGEMENT_PORT');
    opened.push(() => close(management, 0));
    // What was accepted is finished even when its client is gone: a mint that is under way has to be recorded.
    opened.push(() => issuing.finished());
    const graphqlUrl = await open(graphql, config.port, config.host, 'PORT');
    listeningUrl = graphqlUrl;
    opened.push(() => close(graphql, config.drainMs));
    opened.push(async () => {
      state.ready = false;
      state.draining = true;
      // They would go on for ever; their clients find another gateway.
      await subscriptions.end();
    });
    let closing: Promise<void> | undefined;
    return {
      url: `${graphqlUrl}/graphql`,
      consoleUrl: console === null ? null : `${graphqlUrl}/console/`,
      managementUrl,
      failReadiness: () => {
        state.ready = false;
        endKeepAlive(graphql);
      },
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

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function admissionRules(
  config: Config,
  authenticate: Authenticate,
  metrics: Metrics,
  scheduler: FairScheduler,
): AdmissionRules {
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
    requests: createSemaphore({
      size: Number.POSITIVE_INFINITY,
      sizePerKey: config.maxRequestsPerCaller,
      queue: config.maxConnections,
      waitMs: config.upstreamTimeoutMs,
    }),
    scheduler,
  };
}

/** What is served of the console. Null: nothing. */
async function openConsole(config: Config & ProviderSettings): Promise<Console | null> {
  const { console, identityProvider, providers, openai } = config;
  if (console.serve === false) return null;
  const files = await loadConsole(CONSOLE_FOLDER, { required: console.serve === true });
  if (files === null) return null;
  const callsUrl = providers.includes('openai') ? callsUrlOf(openai.baseUrl) : null;
  const { oidcClientId: clientId, oidcScope: scope } = console;
  if (clientId === undefined || identityProvider === null)
    return { ...files, settings: { oidc: null, callsUrl } };
  const { issuer, audience } = identityProvider;
  return { ...files, settings: { oidc: { issuer, clientId, audience, scope }, callsUrl } };
}

// The system's answers to an address that is not this machine's, or to a name that leads to none.
const NOT_OURS: ReadonlySet<string> = new Set([
  'EADDRNOTAVAIL',
  'EAFNOSUPPORT',
  'EAI_AGAIN',
  'EINVAL',
  'ENOTFOUND',
]);

async function open(server: Server, port: number, host: string, variable: string): Promise<string> {
  try {
    return await listen(server, port, host);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    const advice = NOT_OURS.has(code)
      ? 'HOST must be an address of this machine.'
      : `Set HOST or ${variable} to something free.`;
    throw new StartError(`Cannot listen on ${hostAndPort(host, port)} (${code}). ${advice}`, { cause });
  }
}
