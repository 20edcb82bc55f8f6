import type { Server } from 'node:http';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import {
  type IssueNotice,
  type IssueSessionPorts,
  type IssueSessionSettings,
  issueSession,
} from './domain/issue-session.ts';
import { schema } from './graphql/schema.ts';
import { createAuthenticate } from './http/authenticate.ts';
import { createGraphqlServer } from './http/graphql-server.ts';
import { close, listen } from './http/listen.ts';
import { createManagementServer } from './http/management-server.ts';
import { createMetrics, type Metrics } from './http/metrics.ts';
import { keepPartitions } from './jobs/keep-partitions.ts';
import { type Keys, obtainKeys } from './keys.ts';
import { type OpenLedger, openLedger } from './open-ledger.ts';
import { openProvider } from './open-provider.ts';
import { checkLedger } from './postgres/check-ledger.ts';
import { findDefaultApplicationId } from './postgres/find-application.ts';
import { createLedgerReader } from './postgres/reader.ts';
import { reserveSession } from './postgres/reserve-session.ts';
import { settleSession } from './postgres/settle-session.ts';
import type { ClosableProvider } from './providers/provider-over-http.ts';
import { StartError } from './start-error.ts';

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
};

/**
 * The one place where the parts meet: opens them in order, and closes them in the opposite one.
 * @throws StartError and the errors of the parts, saying what an operator can do; whatever was opened is closed again
 */
export async function createApp(config: Config, { log, signal, onMetrics }: AppOptions): Promise<App> {
  const opened: (() => Promise<void>)[] = [];
  const closeAll = async () => {
    for (const closeOne of opened.splice(0).reverse()) {
      await closeOne().catch((err: unknown) => log.error({ err }, 'closing failed'));
    }
  };
  try {
    const ledger = await openLedger(config, log, signal ?? new AbortController().signal);
    opened.push(() => ledger.close());
    const keys = await obtainKeys(config);
    const provider = await openProvider(config);
    opened.push(() => provider.close());
    const stopPartitions = keepPartitions(ledger.ownerUrl, (err) =>
      log.error({ err }, 'creating partitions failed'),
    );
    opened.push(async () => stopPartitions());

    const metrics = createMetrics({ poolWaiting: () => ledger.pool.waitingCount });
    onMetrics?.(metrics);
    const state = { draining: false };
    const management = createManagementServer({
      notReady: async () => (state.draining ? 'draining' : checkLedger(ledger.pool)),
      registry: metrics.registry,
    });
    const graphql = await graphqlServer({ config, log, ledger, keys, provider, metrics });

    const managementPort = await open(management, config.managementPort, config.host, 'MANAGEMENT_PORT');
    opened.push(() => close(management, 0));
    const port = await open(graphql, config.port, config.host, 'PORT');
    opened.push(() => close(graphql, config.drainMs));
    opened.push(async () => {
      state.draining = true;
    });
    const host = config.host.includes(':') ? `[${config.host}]` : config.host;
    return {
      url: `http://${host}:${port}/graphql`,
      managementUrl: `http://${host}:${managementPort}`,
      close: closeAll,
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

type Parts = {
  readonly config: Config;
  readonly log: Logger;
  readonly ledger: OpenLedger;
  readonly keys: Keys;
  readonly provider: ClosableProvider;
  readonly metrics: Metrics;
};

async function graphqlServer({ config, log, ledger, keys, provider, metrics }: Parts): Promise<Server> {
  const { pool, prisma } = ledger;
  const settings: IssueSessionSettings = {
    defaultApplicationId: await findDefaultApplicationId(prisma),
    defaultModel: config.defaultModel,
    fingerprintKey: keys.fingerprintKeys[0],
    upstreamTimeoutMs: config.upstreamTimeoutMs,
    databaseTimeoutMs: config.databaseTimeoutMs,
  };
  const ports: IssueSessionPorts = {
    provider,
    ledger: {
      reserve: (reservation) => reserveSession(pool, reservation),
      settle: (id, settlement, by) => settleSession(pool, id, settlement, by),
      find: (id) => createLedgerReader(pool, prisma).session(id),
    },
    monotonicNow: () => performance.now(),
    notice: (notice) => hear(notice, { log, metrics, provider: provider.name }),
  };
  return createGraphqlServer({
    schema,
    authenticate: createAuthenticate(keys.rootKey),
    createContext: () => ({
      ledger: createLedgerReader(pool, prisma),
      issueSession: (input, by) => issueSession(ports, settings, { input, ...by }),
    }),
    maxBodyBytes: config.maxBodyBytes,
    graphiql: config.graphiql,
    introspection: config.introspection,
    log,
    onRequest: (outcome, seconds) => metrics.requests.observe({ outcome }, seconds),
  });
}

/** What operators hear of issuing, in metrics and where it needs somebody in the log. */
function hear(
  notice: IssueNotice,
  { log, metrics, provider }: { log: Logger; metrics: Metrics; provider: string },
): void {
  switch (notice.kind) {
    case 'minted': {
      const { outcome, code, milliseconds } = notice;
      metrics.mints.observe({ provider, outcome, code }, milliseconds / 1000);
      if (code === 'upstream_authentication')
        log.error({ provider, code }, "the provider refuses the gateway's own key");
      return;
    }
    case 'expiry_in_the_past':
      log.warn(
        { sessionId: notice.sessionId },
        'a secret was issued with an expiry in the past: is a clock wrong?',
      );
      return;
    case 'settling_failed':
      metrics.droppedSecrets.inc();
      log.error(
        { err: notice.error, sessionId: notice.sessionId },
        'what a mint came to could not be recorded',
      );
      return;
    default:
      notice satisfies never;
  }
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
