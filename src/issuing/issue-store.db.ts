import type { Logger } from 'pino';
import { type Actor, principalKey } from '../authorization/actor.ts';
import type { Config } from '../platform/config/config.ts';
import type { OpenDatabase } from '../platform/database/database.ts';
import type { Together } from '../platform/database/together.ts';
import { UnavailableError } from '../platform/database/unavailable-error.ts';
import { type Batcher, createBatcher } from '../platform/process/batcher.ts';
import { createSemaphore } from '../platform/process/semaphore.ts';
import { findSessions } from '../sessions/find-sessions.db.ts';
import { createCircuitBreaker } from './circuit-breaker.ts';
import type { IssueStore, Reservation } from './issue-store.ts';
import { reserveSession } from './reserve-session.db.ts';
import { reserveSessions } from './reserve-sessions.db.ts';
import { type SettleRequest, settleSession, settleSessions } from './settle-session.db.ts';
import { withBreaker } from './with-breaker.ts';

type Parts = {
  readonly config: Config;
  readonly log: Logger;
  readonly database: OpenDatabase;
  /** Called after the outcome of a mint was committed. */
  readonly onCommitted: () => void;
};

// Mints that wait for the ledger at the same time are written together: one transaction has one commit to wait for, and
// finds the caches filled (decision 6). Two transactions of each kind at a time, so that one connection that hangs does
// not hold everybody up.
const MINTS_TOGETHER = 16;
const TRANSACTIONS = 2;
// With more statements than this waiting for each connection, a new mint would only wait for its time-out: it is refused.
const WAITING_PER_CONNECTION = 20;
// Of the mints that are being written, as a part of one.
const PART_PER_CALLER = 0.7;

/** What issuing needs of the database: mints are written together, callers have equal shares, and an outage is noticed. */
export function createIssueStore({
  database: { pool, prisma },
  config: { poolSize, databaseTimeoutMs },
  log,
  onCommitted,
}: Parts): IssueStore {
  // Without a breaker, each mint would find out by itself that the database hangs: all permits would wait for a
  // time-out, and everybody behind them for several. With it, one transaction at a time asks while the database is
  // away, and all others are refused at once.
  const breaker = createCircuitBreaker({
    // As many as can be under way: when these fail, no other need try.
    threshold: TRANSACTIONS,
    coolDownMs: 0,
    now: () => performance.now(),
    onChange(state) {
      log.warn({ state }, 'the circuit to the ledger changed');
      if (state === 'open') reservations.refuseWaiting(overloaded());
    },
  });
  const overloaded = () => new UnavailableError('overloaded');
  const isOverloaded = () => pool.waitingCount > WAITING_PER_CONNECTION * poolSize;
  const limits = { breaker, isOverloaded };
  const together = {
    size: MINTS_TOGETHER,
    concurrency: TRANSACTIONS,
    waitMs: databaseTimeoutMs,
    onTimeout: overloaded,
  };
  // First come, first served: with all mints of one caller in front, each of another would wait for all of theirs.
  const size = 2 * TRANSACTIONS * MINTS_TOGETHER;
  const permits = createSemaphore({
    size,
    sizePerKey: Math.floor(PART_PER_CALLER * size),
    queue: Number.POSITIVE_INFINITY,
    waitMs: databaseTimeoutMs,
  });
  const inTurn = async <T>(actor: Actor, work: () => Promise<T>): Promise<T> => {
    const release = await permits.acquire(principalKey(actor));
    if (release === null) throw overloaded();
    return work().finally(release);
  };
  const reservations = createBatcher({
    ...together,
    run: withBreaker((batch: readonly Reservation[]) => reserveSessions(pool, batch), limits),
  });
  const settlements = createBatcher({
    ...together,
    run: (batch: readonly SettleRequest[]) => settleSessions(pool, batch),
  });
  const reserveAlone = withBreaker((reservation: Reservation) => reserveSession(pool, reservation), limits);
  const reserve = (reservation: Reservation) =>
    breaker.isClosed() ? orAlone(reservations, reservation, reserveAlone) : reserveAlone(reservation);
  return {
    // The breaker is asked when it is the caller's turn, and nobody waits for a turn while the circuit is open.
    reserve: (reservation) =>
      breaker.isClosed() ? inTurn(reservation.actor, () => reserve(reservation)) : reserve(reservation),
    async settle(...request) {
      const alone = () => settleSession(pool, request);
      const settled = await inTurn(request[2].actor, () => orAlone(settlements, request, alone));
      onCommitted();
      return settled;
    },
    readOwnRecord: async (id) => (await findSessions(prisma, { reach: 'EVERYTHING' }, [id]))[0] ?? null,
  };
}

/** Writes an item together with others, and by itself where that was not possible. */
async function orAlone<Item, Result>(
  batcher: Batcher<Item, Together<Result>>,
  item: Item,
  alone: (item: Item) => Promise<Result>,
): Promise<Result> {
  const written = await batcher.add(item);
  return written === 'alone' ? alone(item) : written.result;
}
