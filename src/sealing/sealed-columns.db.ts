import { SEALED_COLUMNS } from '../audit/canonical-event.ts';
import type { StoredIdentity } from '../audit/identity.ts';

/** The values of SEALED_COLUMNS of events `e`, as text without any loss of precision. */
export const sealedValues = SEALED_COLUMNS.map((column) => {
  switch (column) {
    case 'at':
      // Infinity, which only tampering can write, is no number of microseconds.
      return 'CASE WHEN isfinite(e.at) THEN (extract(epoch FROM e.at) * 1000000)::bigint::text ELSE e.at::text END';
    case 'detail':
      return 'e.detail::text';
    default:
      return `e.${column}::text`;
  }
}).join(', ');

/** The columns of the identity `i`; all null when there is none. */
export const identityValues = 'i.salt, i.user_id::text, i.actor_name, i.ip_address, i.user_agent, i.reason';

/** Splits a row that begins with `identityValues` into the identity and the other values. */
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

/** SQL for a time as a head has it: to the microsecond, independent of the session's settings. */
export function timeText(time: string): string {
  return `coalesce(to_char(${time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '')`;
}

/** The columns of a head `h` as a StoredHead. */
export const headColumns = `h.batch::float8 AS batch, h.first_sequence::float8 AS first, h.last_sequence::float8 AS last,
  encode(h.digest, 'hex') AS digest, ${timeText('h.sealed_at')} AS "sealedAt", h.key_id AS "keyId",
  encode(h.mac, 'hex') AS mac`;

// OFFSET 0 keeps it a look-up for each event: PostgreSQL might turn it into a join that reads all seals.
const isSealed = 'EXISTS (SELECT FROM audit_seal AS s WHERE s.event_id = e.id OFFSET 0)';
export const isNotSealed = `NOT ${isSealed}`;

/** The smallest id of a millisecond since the epoch. */
export function idAt(ms: number): string {
  const hex = Math.max(0, Math.floor(ms)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/** The millisecond since the epoch in which an id was made. */
export function timeOf(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
