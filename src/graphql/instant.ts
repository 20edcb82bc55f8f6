/**
 * A time that a client sent. A Date has millisecond precision, so the microseconds beyond it (0 to 999) are beside it,
 * for filters that compare with the database's times exactly.
 */
export type Instant = { readonly date: Date; readonly microseconds: number };

/** Reads an RFC 3339 instant in UTC, e.g. "2026-11-22T07:21:00.123456Z"; null for anything else. */
export function parseInstant(value: unknown): Instant | null {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)) return null;
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) return null;
  const [, beyond = ''] = /\.\d{3}(\d{1,3})/.exec(value) ?? [];
  return { date, microseconds: Number(beyond.padEnd(3, '0')) };
}

/** Milliseconds since 1970, with the microseconds behind the decimal point. */
export function millisecondsOf({ date, microseconds }: Instant): number {
  return date.getTime() + microseconds / 1000;
}
