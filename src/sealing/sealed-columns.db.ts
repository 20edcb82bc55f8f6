import { SEALED_COLUMNS } from '../audit/canonical-event.ts';
import type { StoredIdentity } from '../audit/identity.ts';

/** The values of SEALED_COLUMNS for events `e`, as text that says all of each. */
export const sealedValues = SEALED_COLUMNS.map((column) => {
  switch (column) {
    case 'at':
      // Somebody could have made it infinite, which is no number of microseconds.
      return 'CASE WHEN isfinite(e.at) THEN (extract(epoch FROM e.at) * 1000000)::bigint::text ELSE e.at::text END';
    case 'detail':
      return 'e.detail::text';
    default:
      return `e.${column}::text`;
  }
}).join(', ');

/** What identifies a person, of `i`; all null where there is nothing. */
export const identityValues = 'i.salt, i.user_id::text, i.actor_name, i.ip_address, i.user_agent, i.reason';

/** Takes what begins with `identityValues` apart. */
export function splitIdentity([
  salt = null,
  userId = null,
  actorName = null,
  ipAddress = null,
  userAgent = null,
  reason = null,
  ...values
]: readonly (string | null)[]): { identity: StoredIdentity | null; values: (string | null)[] } {
  const identity = salt === null ? null : { salt, userId, actorName, ipAddress, userAgent, reason };
  return { identity, values };
}

/** A time as it stands in a head: to the microsecond, whatever the session's settings. */
export function timeText(time: string): string {
  return `coalesce(to_char(${time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '')`;
}

/** A head `h` as the domain has it, but for the MAC of the one before. */
export const headColumns = `h.batch::float8 AS batch, h.first_sequence::float8 AS first, h.last_sequence::float8 AS last,
  encode(h.digest, 'hex') AS digest, ${timeText('h.sealed_at')} AS "sealedAt", h.key_id AS "keyId",
  encode(h.mac, 'hex') AS mac`;

// OFFSET 0 keeps it a look-up for each event: as a join PostgreSQL might read all seals there are.
const isSealed = 'EXISTS (SELECT FROM audit_seal AS s WHERE s.event_id = e.id OFFSET 0)';
export const isNotSealed = `NOT ${isSealed}`;

/** The smallest id of a millisecond. */
export function idAt(ms: number): string {
  const hex = Math.max(0, Math.floor(ms)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/** The millisecond that an id was made in. */
export function timeOf(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
