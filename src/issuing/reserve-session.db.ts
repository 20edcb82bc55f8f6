import type pg from 'pg';
import { z } from 'zod';
import type { RealtimeSessionModel } from '../../prisma/generated/models.ts';
import type { DetailOf } from '../audit/actions.ts';
import { actorColumns } from '../audit/event-columns.db.ts';
import { byColumn } from '../platform/database/columns.ts';
import { query, statement } from '../platform/database/statement.ts';
import { toJsonb } from '../platform/database/to-jsonb.ts';
import type { Session } from '../sessions/session.ts';
import {
  configByColumn,
  SESSION_FIELDS,
  type SessionRow,
  sessionColumns,
  toSession,
} from '../sessions/session-row.db.ts';
import type { Reservation, ReserveOutcome } from './issue-store.ts';

/** What the reservation does not say of its session. */
export type Reserved = {
  readonly verdict: string;
  readonly detail: unknown;
  readonly newId: string;
  readonly ofUser: string;
  readonly moment: Date;
  readonly readAt: Date;
};
type Repeatable = Reserved & Omit<SessionRow, 'externalUserId' | 'upstreamConfig'>;

export const RESERVED = `r.verdict, r.detail, r.new_id AS "newId", r.of_user AS "ofUser", r.moment`;
export const RESERVED_FIELDS = ['verdict', 'detail', 'newId', 'ofUser', 'moment'] as const;

const RESERVE = statement<Reserved>()({
  name: 'reserve-session',
  text: `SELECT ${RESERVED}, now() AS "readAt" FROM reserve_session($1::jsonb) AS r`,
  columns: [...RESERVED_FIELDS, 'readAt'],
});

// With an idempotency key: whoever repeats it gets the session of its first use. Reading all columns takes time, which a mint
// without a key need not spend.
const RESERVE_ONCE = statement<Repeatable>()({
  name: 'reserve-session-once',
  text: `
    SELECT ${RESERVED}, ${sessionColumns}
    FROM reserve_session($1::jsonb) AS r LEFT JOIN LATERAL (SELECT (r.session).*) AS s ON true`,
  columns: [...RESERVED_FIELDS, ...SESSION_FIELDS],
});

// What reserve_session (reserve-session.sql) answers, told apart by its verdict.
const answer = z.discriminatedUnion('verdict', [
  z.object({ verdict: z.literal('reserved'), detail: z.object({ expiresAfterSeconds: z.int() }) }),
  z.object({ verdict: z.literal(['repeated', 'locked']) }),
  z.object({ verdict: z.literal('conflict') }),
  z.object({ verdict: z.literal('suspended'), detail: z.object({ suspendedAt: z.coerce.date() }) }),
  z.object({
    verdict: z.literal('policy'),
    detail: z.object({
      rule: z.enum(['MODEL', 'PROVIDER', 'TTL', 'BUDGET', 'CALL_LENGTH', 'CONNECTION']),
      allowed: z.array(z.string()),
      unpricedModels: z.array(z.string()).default([]),
    }),
  }),
  z.object({
    verdict: z.literal('quota'),
    detail: z.object({
      quota: z.enum(['ACTIVE_SESSIONS', 'MINTS_PER_MINUTE', 'MINTS_PER_DAY']),
      limit: z.int(),
      used: z.int(),
      retryAt: z.iso
        .datetime({ offset: true })
        .transform((at) => new Date(at))
        .nullable(),
    }),
  }),
]);

/**
 * Reserves a session, or says why not, in one transaction and one round trip (reserve-session.sql). Returns when it is
 * durable.
 * @throws UnavailableError when it may not have been written
 */
export async function reserveSession(pool: pg.Pool, reservation: Reservation): Promise<ReserveOutcome> {
  const outcome = await reserve(pool, reservation, true);
  if (outcome === null) throw new Error('reserve_session did not wait for the user');
  return outcome;
}

/** The same without waiting for a lock: null, and nothing was written, when another transaction has locked the user. */
export function tryReserveSession(pool: pg.Pool, reservation: Reservation): Promise<ReserveOutcome | null> {
  return reserve(pool, reservation, false);
}

async function reserve(
  pool: pg.Pool,
  reservation: Reservation,
  waits: boolean,
): Promise<ReserveOutcome | null> {
  const request = [toJsonb(requestOf(reservation, waits))];
  const [row] =
    reservation.idempotency === null
      ? await query(pool, RESERVE, request)
      : await query(pool, RESERVE_ONCE, request);
  if (row === undefined) throw new Error('reserve_session returned no row');
  return outcomeOf(reservation, row);
}

/** What became of a reservation; null when it has to be made by itself. */
export function outcomeOf(reservation: Reservation, row: Reserved): ReserveOutcome | null {
  const answered = answer.parse(row);
  switch (answered.verdict) {
    case 'reserved':
      return {
        kind: 'reserved',
        session: pendingSession(reservation, row, answered.detail),
        ...answered.detail,
      };
    case 'repeated':
      return isRepeatable(row) ? { kind: 'repeated', session: toSession(row) } : null;
    case 'locked':
      return null;
    case 'conflict':
      return { kind: 'conflict' };
    case 'suspended':
      return { kind: 'suspended', ...answered.detail };
    case 'policy':
      return { kind: 'policy', ...answered.detail };
    case 'quota':
      return { kind: 'quota', ...answered.detail };
    default:
      return answered satisfies never;
  }
}

function isRepeatable(row: Reserved): row is Repeatable {
  return 'id' in row;
}

/** A session that is reserved now: the row has only what the reservation does not say. */
function pendingSession(
  reservation: Reservation,
  { newId: id, ofUser: userId, moment: createdAt, readAt }: Reserved,
  { expiresAfterSeconds }: { readonly expiresAfterSeconds: number },
): Session {
  const { applicationId, provider, object, config, labels, sessionLimitSeconds, brokered } = reservation;
  // As exposedUntil says of a session that is pending.
  const longestMs = reservation.settleWithinMs + (expiresAfterSeconds + sessionLimitSeconds) * 1000;
  return {
    ...{ id, userId, applicationId, provider, object, config, labels, createdAt, readAt },
    ...{ type: config.type, model: config.model, voice: config.voice },
    status: 'PENDING',
    connection: brokered === null ? 'DIRECT' : 'BROKERED',
    upstreamSessionId: null,
    clientSecret: null,
    failure: null,
    issuedAt: null,
    revokedAt: null,
    exposedUntil: brokered === null ? new Date(createdAt.getTime() + longestMs) : null,
  };
}

/** The request as decide_reservation reads it; `waits`: for a lock. */
export function requestOf(reservation: Reservation, waits: boolean) {
  const { config, provider, idempotency, actor, origin } = reservation;
  return {
    waits,
    externalUserId: reservation.externalUserId,
    idempotencyKey: idempotency?.key,
    caller: idempotency?.caller,
    inputHashes: idempotency?.inputHashes,
    inputHashKeyId: idempotency?.writtenWith,
    settleWithinSeconds: reservation.settleWithinMs / 1000,
    expiresAfterSeconds: reservation.expiresAfterSeconds,
    defaultTtlSeconds: reservation.defaultTtlSeconds,
    defaults: reservation.defaultPolicy,
    unpricedModels: reservation.unpricedModels,
    session: {
      ...configByColumn(config),
      ...byColumn<RealtimeSessionModel>({
        applicationId: reservation.applicationId,
        provider,
        object: reservation.object,
        labels: reservation.labels,
        sessionLimitSeconds: reservation.sessionLimitSeconds,
        connection: reservation.brokered === null ? 'DIRECT' : 'BROKERED',
        ...reservation.brokered,
      }),
    },
    event: {
      ...actorColumns(actor, origin),
      // decide_reservation adds the rest.
      detail: { provider, type: config.type, model: config.model } satisfies Omit<
        DetailOf<'session.requested'>,
        'expiresAfterSeconds'
      >,
    },
  };
}
