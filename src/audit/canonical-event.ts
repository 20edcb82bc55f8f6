/**
 * An event as it is sealed: the values of SEALED_COLUMNS in their order, all as text. JSON stays the text that
 * PostgreSQL has for it, which is one for each value: parsed and written again, 1.0 could be made 1 unnoticed.
 */
export type SealedValues = readonly (string | null)[];

/** All columns of audit_event. The order is part of what was sealed: new ones go to the end. */
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
