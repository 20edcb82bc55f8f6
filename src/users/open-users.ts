import type pg from 'pg';
import type { Logger } from 'pino';
import { logJobFailure, repeat } from '../platform/process/repeat.ts';
import type { SealingKey } from '../sealing/seal.ts';
import { createEraseUser, finishErasures } from './erase-user.db.ts';
import { setUserPolicy } from './set-user-policy.db.ts';
import { reinstateUser, suspendUser } from './suspend-user.db.ts';
import type { UserStore } from './user-store.ts';

const FINISH_EVERY_MS = 30_000;
const FIRST_MS = 1000;

type Parts = {
  readonly pool: pg.Pool;
  /** Signs erasures. */
  readonly auditKey: SealingKey;
  /** Called when something was committed to the audit trail that subscribers depend on. */
  readonly onCommitted: () => void;
  readonly log: Logger;
};

/** Changes to users, and the job that finishes interrupted erasures. */
export function openUsers({ pool, auditKey, onCommitted, log }: Parts) {
  const users: UserStore = {
    async suspend(...of) {
      const user = await suspendUser(pool, ...of);
      onCommitted();
      return user;
    },
    async reinstate(...of) {
      const user = await reinstateUser(pool, ...of);
      onCommitted();
      return user;
    },
    setPolicy: (...of) => setUserPolicy(pool, ...of),
    erase: createEraseUser(pool, auditKey, onCommitted),
  };
  const close = repeat(
    FINISH_EVERY_MS,
    (stopping) => finishErasures(pool, stopping),
    logJobFailure(log, 'finish-erasures'),
    FIRST_MS,
  );
  return { users, close };
}
