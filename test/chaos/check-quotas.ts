import type { SessionRecord } from './ledger-record.ts';
import { QUOTAS } from './settings.ts';

const MINUTE_MS = 60_000;

/** Whether any reservation ever went beyond a quota of its user, by the ledger's own times. */
export function checkQuotas(sessions: readonly SessionRecord[]): string[] {
  return [...Map.groupBy(sessions, ({ user }) => user)].flatMap(([user, own]) =>
    own.flatMap(({ id, createdAt: now }) => {
      // Between reservations it only gets less, so these are the moments to look at.
      const active = own.filter((other) => other.createdAt <= now && endOf(other) > now).length;
      const minted = own.filter(
        (other) => other.createdAt <= now && other.createdAt > now - MINUTE_MS,
      ).length;
      return [
        ...(active > QUOTAS.active ? [`${user} had ${active} active sessions with ${id}`] : []),
        ...(minted > QUOTAS.perMinute ? [`${user} had ${minted} mints in a minute with ${id}`] : []),
      ];
    }),
  );
}

/** Until when it took a slot: its secret's life, the requested one at least; without a secret, until that was written
 * down, or the deadline. */
function endOf(session: SessionRecord): number {
  const { outcome, createdAt, requestedTtlSeconds, expiresAt, settledAt, deadline } = session;
  if (outcome === 'ISSUED')
    return Math.max(createdAt + requestedTtlSeconds * 1000, expiresAt ?? Number.POSITIVE_INFINITY);
  return Math.min(settledAt ?? deadline, deadline);
}
