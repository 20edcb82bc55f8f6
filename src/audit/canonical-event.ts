/**
 * An event as it is sealed: the values of SEALED_COLUMNS in order, as text. JSON is PostgreSQL's own text of it, which is
 * unique for each value. If it were parsed and written again, changing 1.0 to 1 would not be noticed.
 */
export type SealedValues = readonly (string | null)[];

/** All columns of audit_event. Their order is part of each seal: add new ones at the end. */
export const SEALED_COLUMNS = [
  'id',
  'at',
  'action',
  'outcome',
  'actor_kind',
  'actor_name',
  'actor_application_id',
  'actor_api_key_id',
  'actor_user_id',
  'application_id',
  'user_id',
  'session_id',
  'request_id',
  'ip_address',
  'user_agent',
  'detail',
  'identity',
] as const;

/** The value of one column. */
export function columnOf(values: SealedValues, column: (typeof SEALED_COLUMNS)[number]): string | null {
  return values[SEALED_COLUMNS.indexOf(column)] ?? null;
}
