import type { Visibility } from '../authorization/visibility.ts';
import { userIdOf, visibleSessions } from '../authorization/visible.db.ts';
import { anyOf, type Condition, compare, parameter } from '../platform/database/condition.ts';
import type { SqlParameters } from '../platform/database/statement.ts';
import { toJsonb } from '../platform/database/to-jsonb.ts';
import { type Instant, instantText } from '../platform/validation/instant.ts';
import { exposedUntil, LONGEST_EXPOSURE } from './exposed-until.db.ts';
import type { SessionStatus } from './session.ts';
import type { Label } from './session-config.ts';
import type { SessionFilter } from './session-filter.ts';

// All that are ACTIVE were reserved within these hours, so PostgreSQL need not look for them in the partitions of other months.
const OLDEST = `uuidv7_floor(now() - ${LONGEST_EXPOSURE})`;

/** The condition that a session is ACTIVE. Its last parts follow from the others: one leads to the index of expiry times. */
export function isActive(alias: string): string {
  return isActiveWhile(alias, `${alias}.expires_at > now()`, OLDEST);
}

/**
 * The same condition for the sessions of some users. The bound of the ids is computed once, in a query of its own: unless an
 * index has the ids, it would be computed again for each row, and takes longer than all else that is done with the row.
 */
export function isActiveOfUser(alias: string): string {
  return isActiveWhile(alias, `${alias}.expires_at > now()`, `(SELECT ${OLDEST})`);
}

/**
 * The same condition for the sessions of one user, written so that only the indexes of users answer it. In the index of expiry
 * times, PostgreSQL would find the sessions of this user among those of all others.
 */
export function isActiveOfOneUser(alias: string): string {
  return `${alias}.outcome = 'ISSUED' AND num_nonnulls(${alias}.revoked_at, ${alias}.expiry_announced_at) = 0
    AND ${alias}.expires_at > now() AND ${alias}.id >= (SELECT ${OLDEST})`;
}

function isActiveWhile(alias: string, notExpired: string, oldest: string): string {
  return `${alias}.outcome = 'ISSUED' AND ${alias}.revoked_at IS NULL AND ${notExpired} AND ${alias}.expiry_announced_at IS NULL AND ${alias}.id >= ${oldest}`;
}

// The same rule, written so that the clock is no bound in the index of expiry times. By age, the newest twenty would be found
// by sorting all sessions that are ACTIVE; after a cursor, PostgreSQL would read from now on, up to where the page begins.
const isActiveUnbounded = isActiveWhile('s', "s.expires_at + interval '0 seconds' > now()", OLDEST);

/** Nobody settled it in time, and no job has recorded that yet. */
const OVERDUE = 's.outcome IS NULL AND s.deadline <= now()';

// The SQL function session_status the other way around: the rows `s` of each status, by conditions that an index can
// answer. A status with two of them is read from two indexes.
const STATUS: Readonly<Record<Exclude<SessionStatus, 'ACTIVE'>, readonly string[]>> = {
  PENDING: ['s.outcome IS NULL AND s.deadline > now()'],
  EXPIRED: ["s.outcome = 'ISSUED' AND s.revoked_at IS NULL AND s.expires_at <= now()"],
  REVOKED: ["s.outcome = 'ISSUED' AND s.revoked_at IS NOT NULL"],
  FAILED: ["s.outcome = 'FAILED'"],
  UNCONFIRMED: ["s.outcome = 'UNCONFIRMED'", OVERDUE],
};

/**
 * The statuses of a filter as conditions on sessions `s`. A session that matches satisfies exactly one of them. Empty
 * when no session can match, and null when the status does not matter.
 * @param from where reading begins: in the order of ids, of expiry from now on, or of expiry after a cursor
 */
export function statusConditions(
  filter: SessionFilter,
  from: 'anywhere' | 'now' | 'cursor',
): readonly string[] | null {
  const { statuses, expiresBefore } = filter.expiresBefore == null ? filter : onlyActive(filter);
  if (statuses == null) return null;
  const bounded = from === 'now' || (from === 'anywhere' && expiresBefore != null);
  const active = bounded ? isActive('s') : isActiveUnbounded;
  return [...new Set(statuses)].flatMap((status) => (status === 'ACTIVE' ? [active] : STATUS[status]));
}

/**
 * The failure codes of a filter as conditions on sessions `s`: each is read from an index in the order of ids. A session that
 * matches satisfies exactly one of them. Null when the failure does not matter.
 */
export function failureConditions(
  { failureCodes }: SessionFilter,
  { bind }: SqlParameters,
): readonly string[] | null {
  if (failureCodes == null) return null;
  return [...new Set(failureCodes)].flatMap((code) => {
    const recorded = `s.failure_code = ${bind(code)}`;
    return code === 'not_settled' ? [recorded, OVERDUE] : [recorded];
  });
}

/** The same filter, but for ACTIVE sessions only. */
export function onlyActive(filter: SessionFilter): SessionFilter {
  return {
    ...filter,
    statuses: (filter.statuses ?? ['ACTIVE' as const]).filter((status) => status === 'ACTIVE'),
  };
}

/** The rest of a filter, and what the viewer may see; empty when all sessions match. */
export function sessionConditions(filter: SessionFilter, visibility: Visibility): readonly Condition[] {
  const {
    userId,
    externalUserId,
    applicationId,
    upstreamSessionId,
    statuses: _s,
    failureCodes: _f,
    ...others
  } = filter;
  const { types, models, providers, connections, labels, ...times } = others;
  const { createdFrom, createdTo, expiresBefore, exposedAfter, ...rest } = times;
  // A field that is forgotten does not compile.
  rest satisfies Record<string, never>;
  return [
    ...visibleSessions(visibility),
    ...when(userId, (id) => compare('user_id', '=', parameter(id, 'uuid'))),
    ...when(applicationId, (id) => compare('application_id', '=', parameter(id, 'uuid'))),
    ...when(upstreamSessionId, (id) => compare('upstream_session_id', '=', parameter(id))),
    ...when(externalUserId, (externalId) => compare('user_id', '=', userIdOf(externalId))),
    ...when(types, (values) => compare('type', '=', oneOf(values))),
    ...when(models, (values) => compare('model', '=', oneOf(values))),
    ...when(providers, (values) => compare('provider', '=', oneOf(values))),
    ...when(connections, (values) => compare('connection', '=', oneOf(values))),
    ...when(createdFrom, createdSince),
    ...when(createdTo, createdBefore),
    ...when(expiresBefore, (time) => compare('expires_at', '<', parameter(instantText(time), 'timestamptz'))),
    ...when(exposedAfter, exposedSince),
    ...when(labels?.length === 0 ? null : labels, labelled),
  ];
}

function when<T>(value: T | null | undefined, condition: (value: T) => Condition): readonly Condition[] {
  return value == null ? [] : [condition(value)];
}

// A single value is compared as one: an index of the column then gives the order too.
function oneOf(values: readonly string[]) {
  return values.length === 1 ? parameter(values[0]) : anyOf(values);
}

// The second condition follows from the first, but the index has only sessions with labels, and PostgreSQL does not see that.
function labelled(labels: readonly Label[]): Condition {
  return {
    operator: 'sql',
    sql: (alias, bind) => `${alias}.labels @> ${bind(toJsonb(labels))}::jsonb AND ${alias}.labels <> '[]'`,
  };
}

// Ids begin with the time of creation. The condition on them keeps PostgreSQL from reading other months' partitions.
function createdSince(time: Instant): Condition {
  return {
    operator: 'sql',
    sql: (alias, bind) => {
      const from = `${bind(instantText(time))}::timestamptz`;
      return `${alias}.created_at >= ${from} AND ${alias}.id >= uuidv7_floor(${from})`;
    },
  };
}

function exposedSince(time: Instant): Condition {
  return {
    operator: 'sql',
    sql: (alias, bind) => {
      const at = `${bind(instantText(time))}::timestamptz`;
      return `${exposedUntil(alias)} >= ${at} AND ${alias}.id >= uuidv7_floor(${at} - ${LONGEST_EXPOSURE})`;
    },
  };
}

function createdBefore(time: Instant): Condition {
  return {
    operator: 'sql',
    sql: (alias, bind) => {
      const to = `${bind(instantText(time))}::timestamptz`;
      return `${alias}.created_at < ${to} AND ${alias}.id < uuidv7_floor(${to} + interval '1 millisecond')`;
    },
  };
}
