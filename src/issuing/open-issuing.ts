import type { Logger } from 'pino';
import { findDefaultApplicationId } from '../applications/default-application.db.ts';
import type { Config } from '../platform/config/config.ts';
import type { Keys } from '../platform/config/keys.ts';
import type { OpenDatabase } from '../platform/database/database.ts';
import { UnavailableError } from '../platform/database/unavailable-error.ts';
import { createInFlight } from '../platform/process/in-flight.ts';
import type { Metrics } from '../platform/process/metrics.ts';
import { logJobFailure, repeat } from '../platform/process/repeat.ts';
import { createSemaphore } from '../platform/process/semaphore.ts';
import { StartError } from '../platform/process/start-error.ts';
import type { Provider } from '../providers/provider.ts';
import { createCircuitBreaker } from './circuit-breaker.ts';
import type { IssueSessionPorts, IssueSessionSettings, LimitedProvider } from './issue-outcome.ts';
import { type IssueSession, issueSession } from './issue-session.ts';
import { createIssueStore } from './issue-store.db.ts';
import { createMintAdmission, type MintAdmission } from './mint-admission.ts';
import type { ProviderState } from './provider-state.ts';
import { purgeIdempotencyKeys } from './purge-idempotency-keys.job.ts';
import { recordEvent } from './record-event.ts';
import { settleOverdue } from './settle-overdue.job.ts';

type Parts = {
  readonly config: Config;
  readonly log: Logger;
  readonly database: OpenDatabase;
  readonly keys: Keys;
  /** The first is the default. */
  readonly providers: readonly [Provider, ...Provider[]];
  readonly metrics: Metrics;
  readonly isDraining: () => boolean;
  readonly findUnpriced: IssueSessionPorts['findUnpriced'];
  readonly callUrl: IssueSessionPorts['callUrl'];
  /** Called after the outcome of a mint was committed. */
  readonly onCommitted: () => void;
};

// Of the provider: a handful of failures in a row is a bad minute, twenty are an outage. Those of one user may be due to
// what that user sends, so an outage is what at least four users meet.
const PROVIDER_BREAKER = { threshold: 20, perCaller: 5, coolDownMs: 2000 };
// Reservations of one user are made one after the other, by the lock on its row: one at work and one behind it.
const RESERVATIONS_PER_USER = 2;

const SETTLE_OVERDUE_EVERY_MS = 1000;
const PURGE_EVERY_MS = 600_000;

export type OpenIssuing = {
  readonly issueSession: IssueSession;
  /** Sessions of callers that belong to no application are issued for this one. */
  readonly defaultApplicationId: string;
  /** In their order. */
  providerStates(): readonly ProviderState[];
  /** Resolves when every mint in flight has been recorded. */
  finished(): Promise<void>;
  /** Stops the periodic work. */
  close(): Promise<void>;
};

/** Opens issuing: the mutation's function, and the jobs that settle what nobody settled and forget old idempotency keys. */
export async function openIssuing(parts: Parts): Promise<OpenIssuing> {
  const { config, log, database, onCommitted } = parts;
  const defaultApplicationId = await requireDefaultApplication(database);
  const settings: IssueSessionSettings = {
    defaultApplicationId,
    defaultModel: config.defaultModel,
    modelProviders: config.modelProviders,
    defaultPolicy: config.defaultPolicy,
    callIdleSeconds: config.callIdleSeconds,
    fingerprintKeys: parts.keys.fingerprintKeys,
    upstreamTimeoutMs: config.upstreamTimeoutMs,
    databaseTimeoutMs: config.databaseTimeoutMs,
  };
  const ports = createPorts(parts);
  // A mint goes on when its client disconnects, because it has to be recorded.
  const inFlight = createInFlight();
  const { pool } = database;
  const stops = [
    repeat(
      SETTLE_OVERDUE_EVERY_MS,
      () => settleOverdue(pool, onCommitted),
      logJobFailure(log, 'settle-overdue'),
    ),
    repeat(PURGE_EVERY_MS, () => purgeIdempotencyKeys(pool), logJobFailure(log, 'purge-idempotency-keys')),
  ];
  return {
    issueSession: (rawInput, caller) =>
      inFlight.track(issueSession(ports, settings, { rawInput, ...caller })),
    defaultApplicationId,
    providerStates: () =>
      ports.providers.map(({ name, isSandbox, calls, admission }, index) => ({
        name,
        isDefault: index === 0,
        circuitOpen: admission.isCircuitOpen(),
        isSandbox,
        supportsBrokered: calls !== null,
      })),
    finished: () => inFlight.ended(),
    async close() {
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}

function createPorts(parts: Parts): IssueSessionPorts {
  const { log, providers, metrics } = parts;
  const limited = (provider: Provider): LimitedProvider => ({
    ...provider,
    admission: admissionTo(provider, parts),
  });
  const [first, ...others] = providers;
  const sinks = { log, metrics, logged: new Set<string>() };
  return {
    providers: [limited(first), ...others.map(limited)],
    store: createIssueStore(parts),
    findUnpriced: parts.findUnpriced,
    callUrl: parts.callUrl,
    monotonicNow: () => performance.now(),
    onEvent: (event) => recordEvent(event, sinks),
  };
}

/** The limit on one provider's mints. Nothing of it is shared: a provider that hangs takes no room from another. */
function admissionTo(
  { name: provider }: Provider,
  { config, log, metrics, isDraining }: Parts,
): MintAdmission {
  metrics.circuitOpen.set({ provider }, 0);
  const breaker = createCircuitBreaker({
    ...PROVIDER_BREAKER,
    now: () => performance.now(),
    onChange: (state) => {
      metrics.circuitOpen.set({ provider }, state === 'open' ? 1 : 0);
      log.warn({ provider, state }, 'the circuit to the provider changed');
    },
  });
  const { maxMintsInFlight: size, mintQueue: queue, upstreamTimeoutMs: waitMs } = config;
  // An eighth of the permits is for others than the caller that has the most: they need not wait for its mints to end.
  const mints = createSemaphore({ size, sizePerKey: size - Math.floor(size / 8), queue, waitMs });
  const users = createSemaphore({
    size: Number.POSITIVE_INFINITY,
    sizePerKey: RESERVATIONS_PER_USER,
    queue: size + queue,
    waitMs,
  });
  return createMintAdmission({ breaker, mints, users, isShuttingDown: isDraining });
}

async function requireDefaultApplication({ prisma }: OpenDatabase): Promise<string> {
  try {
    return await findDefaultApplicationId(prisma);
  } catch (cause) {
    if (!(cause instanceof UnavailableError)) throw cause;
    throw new StartError(`The database went away during the start (${cause.code}).`, { cause });
  }
}
