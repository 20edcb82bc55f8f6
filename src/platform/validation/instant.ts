/**
 * A time that a client sent. A Date has millisecond precision, so the microseconds beyond it (0 to 999) are beside it,
 * for filters that compare with the database's times exactly.
 */
export type Instant = { readonly date: Date; readonly microseconds: number };

/** What a text must be to be an instant. It completes a sentence that begins with the name of a field. */
export type InstantProblem = `must ${string}`;

const RFC_3339 =
  /^(?<day>\d{4}-\d\d-\d\d)t(?<hour>\d\d):(?<minute>\d\d)(:(?<second>\d\d)(\.(?<fraction>\d+))?)?(z|(?<sign>[+-])(?<hours>\d\d):(?<minutes>\d\d))$/i;
const NOT_RFC_3339 = 'must be an RFC 3339 time with Z or an offset, e.g. "2026-11-22T08:21:00+01:00"';
const MINUTE_MS = 60_000;

/**
 * Reads an RFC 3339 time with any offset, e.g. "2026-11-22T08:21:00.123456+01:00". Seconds may be left out, and digits
 * beyond microseconds are dropped. A leap second is the second after it, as for PostgreSQL and POSIX.
 */
export function parseInstant(value: unknown): Instant | InstantProblem {
  const fields = typeof value === 'string' ? RFC_3339.exec(value)?.groups : undefined;
  if (fields === undefined) return NOT_RFC_3339;
  const {
    day = '',
    hour,
    minute,
    second = '00',
    fraction = '',
    sign = '+',
    hours = '00',
    minutes = '00',
  } = fields;
  const midnight = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(midnight) || !new Date(midnight).toISOString().startsWith(day))
    return 'must be a day that its month has';
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60)
    return 'must be a time of day from 00:00:00 to 23:59:59';
  if (Number(hours) > 23 || Number(minutes) > 59) return 'must have an offset from -23:59 to +23:59';

  const ahead = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  const minuteBegins = midnight + (Number(hour) * 60 + Number(minute) - ahead) * MINUTE_MS;
  if (second === '60' && !beginsMonth(new Date(minuteBegins + MINUTE_MS)))
    return 'must be the end of a month in UTC if its second is 60';
  const milliseconds = Number(second) * 1000 + Number(fraction.padEnd(3, '0').slice(0, 3));
  const date = new Date(minuteBegins + milliseconds);
  if (date.getUTCFullYear() < 0 || date.getUTCFullYear() > 9999)
    return 'must be in the years 0000 to 9999 in UTC';
  return { date, microseconds: Number(fraction.slice(3, 6).padEnd(3, '0')) };
}

function beginsMonth(date: Date): boolean {
  return date.getUTCDate() === 1 && date.getUTCHours() === 0 && date.getUTCMinutes() === 0;
}

// Beyond it, in the year 2109, the fraction of a number cannot hold microseconds.
const LAST_EXACT_MS = 2 ** 42;

/** Milliseconds since 1970, with the microseconds behind the decimal point; far from today without them. */
export function millisecondsOf({ date, microseconds }: Instant): number {
  const milliseconds = date.getTime();
  return Math.abs(milliseconds) < LAST_EXACT_MS ? milliseconds + microseconds / 1000 : milliseconds;
}

/** An instant as PostgreSQL reads it, to the microsecond: "2026-11-22T07:21:00.123456Z". */
export function instantText({ date, microseconds }: Instant): string {
  const text = date.toISOString().replace('Z', `${String(microseconds).padStart(3, '0')}Z`);
  // PostgreSQL has no year 0, and calls it the first year before Christ.
  return text.startsWith('0000') ? text.replace('0000', '0001').concat(' BC') : text;
}
