import type pg from 'pg';
import type { Logger } from 'pino';
import { inBatches } from '../platform/process/in-batches.ts';
import { logJobFailure, repeat } from '../platform/process/repeat.ts';
import type { CallStore } from './call-store.ts';
import {
  endCall,
  endOverdueCalls,
  recordActivity,
  recordDrift,
  recordOpened,
  recordUncertain,
  requestCallEnd,
} from './change-call.db.ts';
import {
  adoptCalls,
  findDueCalls,
  findEndRequested,
  isBudgetReached,
  releaseLeases,
  renewLeases,
} from './own-calls.db.ts';
import { redeemSecret } from './redeem-secret.db.ts';

const END_OVERDUE_EVERY_MS = 5000;
const BATCH = 100;

type Parts = {
  readonly pool: pg.Pool;
  /** Called when something was committed to the audit trail that subscribers depend on. */
  readonly onCommitted: () => void;
  readonly log: Logger;
};

/** Opens the ledger of calls, and the job that ends in it what the provider must have ended. */
export function openCalls({ pool, onCommitted, log }: Parts) {
  const calls = createCallStore(pool, onCommitted);
  const close = repeat(
    END_OVERDUE_EVERY_MS,
    () => inBatches(BATCH, (most) => calls.endOverdue(most)),
    logJobFailure(log, 'end-overdue-calls'),
  );
  return { calls, close };
}

/** The statements on a pool. @param onCommitted called after an audit event was committed */
export function createCallStore(pool: pg.Pool, onCommitted: () => void = () => {}): CallStore {
  const announced = <T>(result: T): T => {
    onCommitted();
    return result;
  };
  return {
    redeem: (...of) => redeemSecret(pool, ...of),
    recordOpened: async (...of) => announced(await recordOpened(pool, ...of)),
    recordUncertain: (id) => recordUncertain(pool, id),
    recordActivity: (ids) => recordActivity(pool, ids),
    end: async (id, reason) => announced(await endCall(pool, id, reason)),
    recordDrift: (id, fields) => recordDrift(pool, id, fields),
    renewLeases: (...of) => renewLeases(pool, ...of),
    releaseLeases: (...of) => releaseLeases(pool, ...of),
    adopt: (...of) => adoptCalls(pool, ...of),
    findEndRequested: (...of) => findEndRequested(pool, ...of),
    findDue: (...of) => findDueCalls(pool, ...of),
    endOverdue: async (most) => announced(await endOverdueCalls(pool, most)),
    isBudgetReached: (...of) => isBudgetReached(pool, ...of),
    // The gateways are told, so that the one that owns it hangs up at once.
    requestEnd: async (...of) => announced(await requestCallEnd(pool, ...of)),
  };
}
