import type pg from 'pg';
import type { Reservation } from '../domain/ledger.ts';
import type { Session } from '../domain/session.ts';
import { type SessionRow, sessionColumns, toSession } from './session-row.ts';
import { toJsonb } from './to-jsonb.ts';
import { orUnavailable } from './unavailable.ts';
import { actorColumns, configColumns } from './write-rows.ts';

const RESERVE = {
  name: 'reserve-session',
  text: `SELECT ${sessionColumns} FROM reserve_session($1, make_interval(secs => $2), $3::jsonb, $4::jsonb) AS s`,
};

/**
 * Writes the PENDING session and its session.requested event in one transaction and one round trip
 * (the function reserve_session, prisma/migrations). Returns when it is durable.
 * @throws LedgerUnavailableError when it may not have been written
 */
export async function reserveSession(pool: pg.Pool, reservation: Reservation): Promise<Session> {
  const { config, expiresAfterSeconds, provider, actor, origin } = reservation;
  const session = {
    ...configColumns(config),
    application_id: reservation.applicationId,
    provider,
    object: reservation.object,
    labels: reservation.labels,
    requested_ttl_seconds: expiresAfterSeconds,
    session_limit_seconds: reservation.sessionLimitSeconds,
  };
  const event = {
    ...actorColumns(actor, origin),
    action: 'session.requested',
    outcome: 'SUCCEEDED',
    detail: { provider, type: config.type, model: config.model, expiresAfterSeconds },
  };
  const values = [
    reservation.externalUserId,
    reservation.settleWithinMs / 1000,
    toJsonb(session),
    toJsonb(event),
  ];
  const { rows } = await orUnavailable(pool.query<SessionRow>({ ...RESERVE, values }));
  const [row] = rows;
  if (row === undefined) throw new Error('reserve_session returned no row');
  return toSession(row);
}
