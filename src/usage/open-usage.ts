import type pg from 'pg';
import type { Logger } from 'pino';
import type { PrismaClient } from '../../prisma/generated/client.ts';
import type { Config } from '../platform/config/config.ts';
import { logJobFailure, repeat } from '../platform/process/repeat.ts';
import { findSessions } from '../sessions/find-sessions.db.ts';
import { findTimeOfUse } from './find-time-of-use.db.ts';
import { type MeterUsage, meterUsage } from './meter-usage.ts';
import type { PriceList } from './price.ts';
import { createRecordUsage } from './report-usage.db.ts';
import { type ReportSessionUsage, reportUsage } from './report-usage.ts';
import { rollUpUsage } from './roll-up-usage.job.ts';
import { createFindUnpriced } from './unpriced-models.ts';

const ROLL_UP_EVERY_MS = 1000;

type Parts = {
  readonly pool: pg.Pool;
  readonly prisma: PrismaClient;
  readonly prices: PriceList;
  readonly config: Pick<Config, 'unpriced' | 'usageLabel'>;
  /** Called after the commit of an audit event that subscribers wait for. */
  readonly onCommitted: () => void;
  readonly log: Logger;
};

/** Opens the reporting of usage, and starts the job that adds it up. */
export function openUsage({ pool, prisma, prices, config, onCommitted, log }: Parts) {
  const ports = {
    recordUsage: createRecordUsage(prisma, onCommitted, config.usageLabel),
    findTimeOfUse: (sessionId: string, responseId: string) => findTimeOfUse(prisma, sessionId, responseId),
    prices,
  };
  const report: ReportSessionUsage = (session, input, caller) => reportUsage(session, input, caller, ports);
  const readSession = async (id: string) =>
    (await findSessions(prisma, { reach: 'EVERYTHING' }, [id]))[0] ?? null;
  const meter: MeterUsage = (...of) => meterUsage({ ...ports, readSession }, ...of);
  const close = repeat(ROLL_UP_EVERY_MS, () => rollUpUsage(pool), logJobFailure(log, 'sum-usage'));
  const usage = { report, labelKey: config.usageLabel };
  return { usage, findUnpriced: createFindUnpriced(prices, config.unpriced), meter, close };
}
