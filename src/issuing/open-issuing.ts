import type { Logger } from 'pino';
import { findDefaultApplicationId } from '../applications/default-application.db.ts';
import type { Config } from '../platform/config/config.ts';
import type { Keys } from '../platform/config/keys.ts';
import type { OpenDatabase } from '../platform/database/open-database.ts';
import { UnavailableError } from '../platform/database/unavailable-error.ts';
import { createInFlight } from '../platform/process/in-flight.ts';
import type { Metrics } from '../platform/process/metrics.ts';
import { logJobFailure, repeat } from '../platform/process/repeat.ts';
import { StartError } from '../platform/process/start-error.ts';
import type { ClosableProvider } from '../providers/provider-over-http.ts';
import { findSessions } from '../sessions/find-sessions.db.ts';
import { createCircuitBreaker } from './circuit-breaker.ts';
import type { IssueNotice, IssueSessionPorts, IssueSessionSettings } from './issue-outcome.ts';
import { type IssueSession, issueSession } from './issue-session.ts';
import type { IssueStore } from './issue-store.ts';
import { createMintGate } from './mint-gate.ts';
import { purgeIdempotencyKeys } from './purge-idempotency-keys.job.ts';
import { reserveSession } from './reserve-session.db.ts';
import { createSemaphore } from './semaphore.ts';
import { settleOverdue } from './settle-overdue.job.ts';
import { settleSession } from './settle-session.db.ts';

type Parts = {
  readonly config: Config;
  readonly log: Logger;
  readonly database: OpenDatabase;
  readonly keys: Keys;
  readonly provider: ClosableProvider;
  readonly metrics: Metrics;
  readonly isDraining: () => boolean;
  /** Told when what a mint came to is in the trail. */
  readonly onCommitted: () => void;
};

// Failures in a row that open the circuit: a handful is a bad minute, twenty is an outage. Then, how long it stays
// open before a probe.
const BREAKER = { threshold: 20, coolDownMs: 2000 };
// Statements waiting for each connection before new mints are shed: beyond, they would only wait for their time-out.
const WAITING_PER_CONNECTION = 20;

const SETTLE_OVERDUE_EVERY_MS = 1000;
const PURGE_EVERY_MS = 600_000;

export type OpenIssuing = {
  readonly issueSession: IssueSession;
  /** The application that callers without one of their own issue sessions for. */
  readonly defaultApplicationId: string;
  /** Resolves when every mint that is under way has been recorded. */
  finished(): Promise<void>;
  /** Stops the periodic work. */
  close(): Promise<void>;
};

/** Issuing sessions, and the jobs that clean up after mints nobody settled. */
export async function openIssuing(parts: Parts): Promise<OpenIssuing> {
  const { config, log, database, onCommitted } = parts;
  const defaultApplicationId = await requireDefaultApplication(database);
  const settings: IssueSessionSettings = {
    defaultApplicationId,
    defaultModel: config.defaultModel,
    defaultPolicy: config.defaultPolicy,
    fingerprintKeys: parts.keys.fingerprintKeys,
    upstreamTimeoutMs: config.upstreamTimeoutMs,
    databaseTimeoutMs: config.databaseTimeoutMs,
  };
  const ports = createPorts(parts);
  // A mint whose client is gone goes on: it has to be recorded.
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
    issueSession: (input, by) => inFlight.track(issueSession(ports, settings, { input, ...by })),
    defaultApplicationId,
    finished: () => inFlight.ended(),
    async close() {
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}

function createPorts(parts: Parts): IssueSessionPorts {
  const { config, log, provider, metrics } = parts;
  const breaker = createCircuitBreaker({
    ...BREAKER,
    now: () => performance.now(),
    onChange: (state) => {
      metrics.circuitOpen.set(state === 'open' ? 1 : 0);
      log.warn({ provider: provider.name, state }, 'the circuit to the provider changed');
    },
  });
  const slots = createSemaphore({
    size: config.maxMintsInFlight,
    queue: config.mintQueue,
    waitMs: config.upstreamTimeoutMs,
  });
  return {
    provider,
    ledger: createStore(parts),
    gate: createMintGate(breaker, slots, parts.isDraining),
    monotonicNow: () => performance.now(),
    notice: (notice) => hear(notice, parts),
  };
}

async function requireDefaultApplication({ prisma }: OpenDatabase): Promise<string> {
  try {
    return await findDefaultApplicationId(prisma);
  } catch (cause) {
    if (!(cause instanceof UnavailableError)) throw cause;
    throw new StartError(`The database went away during the start (${cause.code}).`, { cause });
  }
}

function createStore({ database: { pool }, config: { poolSize }, log, onCommitted }: Parts): IssueStore {
  // Without it, a database that hangs would be found out by each mint anew: all places of the gate would wait for a
  // time-out, and everybody behind them for several. While it is away one reservation at a time asks, and all
  // others are refused at once.
  const breaker = createCircuitBreaker({
    threshold: poolSize,
    coolDownMs: 0,
    now: () => performance.now(),
    onChange: (state) => log.warn({ state }, 'the circuit to the ledger changed'),
  });
  return {
    async reserve(reservation) {
      const call = pool.waitingCount > WAITING_PER_CONNECTION * poolSize ? null : breaker.admit();
      if (call === null) throw new UnavailableError('overloaded');
      try {
        const outcome = await reserveSession(pool, reservation);
        call.succeeded();
        return outcome;
      } catch (error) {
        if (error instanceof UnavailableError) call.failed();
        else call.abandoned();
        throw error;
      }
    },
    async settle(id, settlement, by) {
      const settled = await settleSession(pool, id, settlement, by);
      onCommitted();
      return settled;
    },
    find: async (id) => (await findSessions(pool, { reach: 'EVERYTHING' }, [id]))[0] ?? null,
  };
}

/** What operators hear of issuing, in metrics and where it needs somebody in the log. */
function hear(notice: IssueNotice, { log, metrics, provider }: Parts): void {
  switch (notice.kind) {
    case 'minted': {
      const { outcome, code, milliseconds } = notice;
      metrics.mints.observe({ provider: provider.name, outcome, code }, milliseconds / 1000);
      if (code === 'upstream_authentication') {
        log.error({ provider: provider.name, code }, "the provider refuses the gateway's own key");
      }
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
