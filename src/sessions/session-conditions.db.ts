import type { Visibility } from '../authorization/visibility.ts';
import { visible } from '../authorization/visible.db.ts';
import type { SqlParameters } from '../platform/database/statement.ts';
import { toJsonb } from '../platform/database/to-jsonb.ts';
import type { SessionStatus } from './session.ts';
import type { SessionFilter } from './session-filter.ts';

/**
 * The condition of being ACTIVE, for sessions `s`. Its last part follows from the others, and leads to the index of
 * what expires next.
 */
export const isActive =
  "s.outcome = 'ISSUED' AND s.revoked_at IS NULL AND s.expires_at > now() AND s.expiry_announced_at IS NULL";

// session_status (session-status.sql) turned around: each status as conditions that an index can answer. Each stands
// for itself, so that rows of several can be taken from several indexes.
const STATUS: Readonly<Record<Exclude<SessionStatus, 'ACTIVE'>, readonly string[]>> = {
  PENDING: ['s.outcome IS NULL AND s.deadline > now()'],
  EXPIRED: ["s.outcome = 'ISSUED' AND s.revoked_at IS NULL AND s.expires_at <= now()"],
  REVOKED: ["s.outcome = 'ISSUED' AND s.revoked_at IS NOT NULL"],
  FAILED: ["s.outcome = 'FAILED'"],
  UNCONFIRMED: ["s.outcome = 'UNCONFIRMED'", 's.outcome IS NULL AND s.deadline <= now()'],
};

// The same, but not by the index of what expires next: all that live would be sorted for the newest twenty.
const isActiveByAge = isActive.replace('s.expires_at >', "s.expires_at + interval '0 seconds' >");

/**
 * Conditions of which each row that is meant fits exactly one; none when no row can.
 * @param byAge whether they are read in the order of their ids
 */
export function statusConditions(filter: SessionFilter, byAge: boolean): readonly string[] {
  const { statuses, expiresBefore } = filter.expiresBefore == null ? filter : onlyActive(filter);
  if (statuses == null) return ['true'];
  const active = byAge && expiresBefore == null ? isActiveByAge : isActive;
  return [...new Set(statuses)].flatMap((status) => (status === 'ACTIVE' ? [active] : STATUS[status]));
}

/** The filter, of ACTIVE sessions only: what has an expiry to come. */
export function onlyActive(filter: SessionFilter): SessionFilter {
  return {
    ...filter,
    statuses: (filter.statuses ?? ['ACTIVE' as const]).filter((status) => status === 'ACTIVE'),
  };
}

/** What else a filter asks, and what the viewer may see, as conditions for sessions `s`; none when all sessions fit. */
export function filterConditions(
  filter: SessionFilter,
  visibility: Visibility,
  given: SqlParameters,
): readonly string[] {
  const { bind: use } = given;
  const conditions = [visible('sessions', visibility, given)];
  const equals = (column: string, value: string | null | undefined, type = '') => {
    if (value != null) conditions.push(`s.${column} = ${use(value)}${type}`);
  };
  // One value as one: an index by it then gives the order too.
  const oneOf = (column: string, values: readonly string[] | null | undefined) => {
    if (values?.length === 1) equals(column, values[0]);
    else if (values != null) conditions.push(`s.${column} = ANY(${use(values)}::text[])`);
  };
  equals('user_id', filter.userId, '::uuid');
  equals('application_id', filter.applicationId, '::uuid');
  equals('upstream_session_id', filter.upstreamSessionId);
  if (filter.externalUserId != null)
    conditions.push(
      `s.user_id = (SELECT id FROM end_user WHERE external_id = ${use(filter.externalUserId)})`,
    );
  oneOf('type', filter.types);
  oneOf('model', filter.models);
  oneOf('provider', filter.providers);
  // Beside the time itself, what it says of ids: partitions without such are not looked at.
  if (filter.createdFrom != null) {
    const from = `${use(filter.createdFrom)}::timestamptz`;
    conditions.push(`s.created_at >= ${from} AND s.id >= uuidv7_floor(${from})`);
  }
  if (filter.createdTo != null) {
    const to = `${use(filter.createdTo)}::timestamptz`;
    conditions.push(`s.created_at < ${to} AND s.id < uuidv7_floor(${to} + interval '1 millisecond')`);
  }
  if (filter.expiresBefore != null)
    conditions.push(`s.expires_at < ${use(filter.expiresBefore)}::timestamptz`);
  if (filter.labels != null) conditions.push(`s.labels @> ${use(toJsonb(filter.labels))}::jsonb`);
  return conditions.filter((condition) => condition !== 'true');
}

/**
 * What leads PostgreSQL to the index of a column that is compared with one value, whatever the value; null for any other
 * condition. In a plan for all values an application has as many sessions as the average of them, and one with hardly
 * any would be looked for among all ids in order. Of a range nothing is assumed but that it is narrow.
 */
export function asRange(condition: string): string | null {
  const [, column, value] = /^(s\.(?:user_id|application_id|model)) = (.+)$/s.exec(condition) ?? [];
  if (column === undefined || value === undefined) return null;
  return `${column} >= ${value} AND ${column} <= ${value}`;
}
