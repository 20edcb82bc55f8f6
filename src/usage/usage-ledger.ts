import type { Caller } from '../authorization/actor.ts';
import type { UsageReportInput, UsageVerdict } from './usage.ts';

/** Writes what was used, with its audit event, and the sums over it, in one transaction. */
export type ReportUsage = (report: UsageReportInput, by: Caller) => Promise<UsageVerdict>;
