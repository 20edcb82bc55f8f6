import type pg from 'pg';
import { query, statement } from '../platform/database/statement.ts';
import type { DueCall, OwnedCall, Owner } from './call-store.ts';
import {
  type DueRow,
  OWNED_FIELDS,
  type OwnedRow,
  ownedColumns,
  ownedTables,
  toOwned,
} from './owned-call.db.ts';

const RENEW = statement<{ id: string }>()({
  name: 'renew-call-leases',
  text: `UPDATE realtime_call SET lease_until = clock_timestamp() + make_interval(secs => $3::double precision)
    WHERE session_id = ANY($1::uuid[]) AND owner_instance = $2 AND ended_at IS NULL RETURNING session_id AS id`,
  columns: ['id'],
});

/** Keeps calls a gateway's; returns those that still were. @throws UnavailableError */
export async function renewLeases(
  pool: pg.Pool,
  ids: readonly string[],
  { instanceId, leaseSeconds }: Owner,
): Promise<readonly string[]> {
  if (ids.length === 0) return [];
  return (await query(pool, RENEW, [ids, instanceId, leaseSeconds])).map(({ id }) => id);
}

const RELEASE = statement<{ id: string }>()({
  name: 'release-call-leases',
  text: `UPDATE realtime_call SET lease_until = clock_timestamp()
    WHERE session_id = ANY($1::uuid[]) AND owner_instance = $2 AND ended_at IS NULL RETURNING session_id AS id`,
  columns: ['id'],
});

/** Lets another gateway adopt calls at once. @throws UnavailableError */
export async function releaseLeases(
  pool: pg.Pool,
  ids: readonly string[],
  { instanceId }: Owner,
): Promise<void> {
  if (ids.length > 0) await query(pool, RELEASE, [ids, instanceId]);
}

// A call without an id upstream cannot be watched, and nobody adopts it.
const ADOPT = statement<OwnedRow>()({
  name: 'adopt-calls',
  text: `
    WITH abandoned AS (
      SELECT session_id FROM realtime_call
      WHERE ended_at IS NULL AND lease_until <= clock_timestamp() AND upstream_call_id IS NOT NULL AND must_end_by > now()
      ORDER BY lease_until, session_id LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED
    ), c AS (
      UPDATE realtime_call AS adopted
      SET owner_instance = $2, lease_until = clock_timestamp() + make_interval(secs => $3::double precision)
      FROM abandoned WHERE adopted.session_id = abandoned.session_id RETURNING adopted.*
    )
    SELECT ${ownedColumns} FROM c JOIN realtime_session AS s ON s.id = c.session_id JOIN end_user AS u ON u.id = c.user_id`,
  columns: OWNED_FIELDS,
});

/** Takes over calls whose lease ran out; of several gateways one gets each. @throws UnavailableError */
export async function adoptCalls(
  pool: pg.Pool,
  most: number,
  { instanceId, leaseSeconds }: Owner,
): Promise<readonly OwnedCall[]> {
  return (await query(pool, ADOPT, [most, instanceId, leaseSeconds])).map(toOwned);
}

const REASON = `CASE
    WHEN c.end_requested_reason IS NOT NULL THEN c.end_requested_reason
    WHEN c.deadline_at <= clock_timestamp() THEN 'DEADLINE'
    WHEN s.idle_seconds > 0 AND c.last_activity_at + make_interval(secs => s.idle_seconds) <= clock_timestamp() THEN 'IDLE'
  END`;

// By then its gateway should have ended it: it hangs, or has died so recently that the call is still its own.
const OVERDUE = `least(c.deadline_at, c.end_requested_at) <= clock_timestamp() - interval '0.5 seconds'`;

const DUE = statement<DueRow>()({
  name: 'find-due-calls',
  text: `SELECT ${ownedColumns}, due.reason FROM ${ownedTables} CROSS JOIN LATERAL (SELECT ${REASON}) AS due (reason)
    WHERE c.ended_at IS NULL AND c.upstream_call_id IS NOT NULL AND due.reason IS NOT NULL
      AND (c.owner_instance = $1 OR c.lease_until <= clock_timestamp() OR ${OVERDUE})
    ORDER BY c.deadline_at, c.session_id LIMIT $2`,
  columns: [...OWNED_FIELDS, 'reason'],
});

/** The calls that a gateway has to hang up now: its own, and those that nobody else does. @throws UnavailableError */
export async function findDueCalls(
  pool: pg.Pool,
  { instanceId }: Owner,
  most: number,
): Promise<readonly DueCall[]> {
  return (await query(pool, DUE, [instanceId, most])).map((row) => ({ ...toOwned(row), reason: row.reason }));
}

const END_REQUESTED = statement<DueRow>()({
  name: 'find-end-requested-calls',
  text: `SELECT ${ownedColumns}, c.end_requested_reason AS reason FROM ${ownedTables}
    WHERE c.ended_at IS NULL AND c.end_requested_at IS NOT NULL AND c.upstream_call_id IS NOT NULL
      AND (c.owner_instance = $1 OR c.lease_until <= clock_timestamp())
    ORDER BY c.end_requested_at, c.session_id LIMIT $2`,
  columns: [...OWNED_FIELDS, 'reason'],
});

/** Those whose end somebody asked for. @throws UnavailableError */
export async function findEndRequested(
  pool: pg.Pool,
  { instanceId }: Owner,
  most: number,
): Promise<readonly DueCall[]> {
  const rows = await query(pool, END_REQUESTED, [instanceId, most]);
  return rows.map((row) => ({ ...toOwned(row), reason: row.reason }));
}

const BUDGET = statement<{ reached: boolean }>()({
  name: 'call-budget',
  text: `
    SELECT reached_budget(c.user_id, jsonb_build_object('monthlyBudgetUsd',
      coalesce(u.monthly_budget_usd, a.monthly_budget_usd, $2::numeric)), now()) IS NOT NULL AS reached
    FROM realtime_call AS c JOIN end_user AS u ON u.id = c.user_id JOIN application AS a ON a.id = c.application_id
    WHERE c.session_id = $1::uuid`,
  columns: ['reached'],
});

/** Whether the budget of the user of a call is used up. @throws UnavailableError */
export async function isBudgetReached(
  pool: pg.Pool,
  id: string,
  defaultBudgetUsd: string | null,
): Promise<boolean> {
  const [row] = await query(pool, BUDGET, [id, defaultBudgetUsd]);
  return row?.reached === true;
}
