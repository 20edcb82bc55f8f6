import type pg from 'pg';
import { callerJson } from '../audit/event-columns.db.ts';
import { SYSTEM_ACTOR } from '../audit/system-actor.ts';
import type { Caller } from '../authorization/actor.ts';
import { selectIfClocksAgree } from '../platform/database/clock-skew.ts';
import { query, statement } from '../platform/database/statement.ts';
import type { Call, CallEnd } from './call.ts';
import { CALL_FIELDS, type CallRow, callColumns, toCall } from './call-row.db.ts';
import type { CallStore, OwnedCall } from './call-store.ts';
import { findOwned } from './redeem-secret.db.ts';

const OPENED = statement<{ opened: boolean }>()({
  name: 'record-call-opened',
  text: 'SELECT record_call_opened($1::uuid, $2, $3, $4::double precision, $5::jsonb) AS opened',
  columns: ['opened'],
});

/** Records that the provider made a call; null when it has ended already. @throws UnavailableError */
export async function recordOpened(
  pool: pg.Pool,
  ...[id, { upstreamCallId, keyId, longestCallSeconds }]: Parameters<CallStore['recordOpened']>
): Promise<OwnedCall | null> {
  const values = [id, upstreamCallId, keyId, longestCallSeconds, SYSTEM_ACTOR];
  const [row] = await query(pool, OPENED, values);
  return row?.opened === true ? findOwned(pool, id) : null;
}

const UNCERTAIN = statement<{ id: string }>()({
  name: 'record-call-uncertain',
  text: `UPDATE realtime_call SET uncertain_at = clock_timestamp(), owner_instance = NULL, lease_until = NULL
    WHERE session_id = $1::uuid AND connected_at IS NULL AND ended_at IS NULL RETURNING session_id AS id`,
  columns: ['id'],
});

/** @throws UnavailableError */
export async function recordUncertain(pool: pg.Pool, id: string): Promise<void> {
  await query(pool, UNCERTAIN, [id]);
}

const ACTIVITY = statement<{ id: string }>()({
  name: 'record-call-activity',
  text: `UPDATE realtime_call SET last_activity_at = clock_timestamp()
    WHERE session_id = ANY($1::uuid[]) AND connected_at IS NOT NULL AND ended_at IS NULL RETURNING session_id AS id`,
  columns: ['id'],
});

/** @throws UnavailableError */
export async function recordActivity(pool: pg.Pool, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await query(pool, ACTIVITY, [ids]);
}

const END = statement<{ ended: boolean }>()({
  name: 'end-call',
  text: 'SELECT end_call($1::uuid, $2, $3::jsonb) AS ended',
  columns: ['ended'],
});

/** Records that a call is over; false when that was recorded before. @throws UnavailableError */
export async function endCall(pool: pg.Pool, id: string, reason: CallEnd): Promise<boolean> {
  const [row] = await query(pool, END, [id, reason, SYSTEM_ACTOR]);
  return row?.ended === true;
}

const END_OVERDUE = statement<{ ended: number }>()({
  name: 'end-overdue-calls',
  // By a wrong clock it would be said, for good, of calls that live.
  text: selectIfClocksAgree('end_overdue_calls($1, $2::jsonb, moment) AS ended', '$3'),
  columns: ['ended'],
});

/** @throws UnavailableError */
export async function endOverdueCalls(pool: pg.Pool, most: number): Promise<number> {
  const [row] = await query(pool, END_OVERDUE, [most, SYSTEM_ACTOR, new Date()]);
  return row?.ended ?? 0;
}

const DRIFT = statement<{ isNew: boolean }>()({
  name: 'record-call-drift',
  text: 'SELECT record_call_drift($1::uuid, $2::text[], $3::jsonb) AS "isNew"',
  columns: ['isNew'],
});

/** @throws UnavailableError */
export async function recordDrift(pool: pg.Pool, id: string, fields: readonly string[]): Promise<boolean> {
  const [row] = await query(pool, DRIFT, [id, fields, SYSTEM_ACTOR]);
  return row?.isNew === true;
}

const REQUEST_END = statement<CallRow>()({
  name: 'request-call-end',
  text: `SELECT ${callColumns} FROM request_call_end($1::uuid, $2, $3::jsonb) AS c`,
  columns: CALL_FIELDS,
});

/** Asks for the end of a call, whoever's it is: the caller has looked whether it is visible. @throws UnavailableError */
export async function requestCallEnd(
  pool: pg.Pool,
  id: string,
  reason: string | null,
  by: Caller,
): Promise<Call | null> {
  const why = (by.actor.kind === 'user' ? 'CLIENT_ENDED' : 'OPERATOR') satisfies CallEnd;
  // The reason is stored with the identities, which erasing removes.
  const [row] = await query(pool, REQUEST_END, [id, why, callerJson(by, reason)]);
  return row === undefined ? null : toCall(row);
}
