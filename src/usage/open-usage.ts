import type pg from 'pg';
import type { Logger } from 'pino';
import type { PrismaClient } from '../../prisma/generated/client.ts';
import { logJobFailure, repeat } from '../platform/process/repeat.ts';
import type { PriceList } from './price.ts';
import { createReportUsage } from './report-usage.db.ts';
import { type ReportSessionUsage, reportUsageOf } from './report-usage.ts';
import { rollUpUsage } from './roll-up-usage.job.ts';

const ROLL_UP_EVERY_MS = 1000;

type Parts = {
  readonly pool: pg.Pool;
  readonly prisma: PrismaClient;
  readonly prices: PriceList;
  /** Called when something was committed to the audit trail that subscribers depend on. */
  readonly onCommitted: () => void;
  readonly log: Logger;
};

/** Reports of usage, and the job that adds them up. */
export function openUsage({ pool, prisma, prices, onCommitted, log }: Parts) {
  const ports = { reportUsage: createReportUsage(prisma, onCommitted), prices };
  const report: ReportSessionUsage = (session, input, by) => reportUsageOf(session, input, by, ports);
  const close = repeat(ROLL_UP_EVERY_MS, () => rollUpUsage(pool), logJobFailure(log, 'sum-usage'));
  return { usage: { report }, close };
}
