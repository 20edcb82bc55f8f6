import { z } from 'zod';
import type { AuditEvent as AuditEventRow, PrismaClient } from '../../prisma/generated/client.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Page } from '../domain/ledger-reader.ts';
import type { AuditEvent } from '../domain/records.ts';
import { orUnavailable } from './unavailable.ts';

// The table's CHECKs hold these already; parsing is how the types learn of it.
const row = z.object({
  outcome: z.enum(['SUCCEEDED', 'DENIED', 'FAILED']),
  actorKind: z.enum(['APPLICATION', 'USER', 'OPERATOR', 'SYSTEM']),
  detail: z.custom<JsonObject>((value) => typeof value === 'object' && value !== null),
});

/** An audit event as the domain knows it. */
export function toAuditEvent(stored: AuditEventRow): AuditEvent {
  return { ...stored, ...row.parse(stored) };
}

/** One page of a session's audit events, newest first; up to `limit + 1` of them in reading order. */
export async function listAuditEvents(
  prisma: PrismaClient,
  { limit, boundary, direction }: Page,
  { sessionId }: { sessionId: string },
): Promise<AuditEvent[]> {
  const backward = direction === 'backward';
  const rows = await orUnavailable(
    prisma.auditEvent.findMany({
      where: {
        sessionId,
        ...(boundary === null ? {} : { id: backward ? { gt: boundary } : { lt: boundary } }),
      },
      orderBy: { id: backward ? 'asc' : 'desc' },
      take: limit + 1,
    }),
  );
  const events = rows.map(toAuditEvent);
  return backward ? events.reverse() : events;
}
