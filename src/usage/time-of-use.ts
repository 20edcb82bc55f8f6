import type { Session } from '../sessions/session.ts';

/** How far the clock of whoever reports may be from the database's. */
const TOLERANCE_MS = 60_000;

/**
 * The time to record for a use: the reported one, moved by at most a minute into the time in which the session can have been
 * used, because clocks differ. A time further out stays as it is, and report_usage refuses it.
 */
export function timeOfUse(
  reported: Date,
  { issuedAt, exposedUntil, readAt }: Pick<Session, 'issuedAt' | 'exposedUntil' | 'readAt'>,
): Date {
  if (issuedAt === null || exposedUntil === null) return reported;
  const first = issuedAt.getTime();
  const last = Math.max(first, Math.min(readAt.getTime(), exposedUntil.getTime()));
  const at = reported.getTime();
  const nearest = Math.min(Math.max(at, first), last);
  return Math.abs(nearest - at) <= TOLERANCE_MS ? new Date(nearest) : reported;
}
