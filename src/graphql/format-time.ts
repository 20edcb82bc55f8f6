const DAY_MS = 86_400_000;
const TWO_DIGITS = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, '0'));

// The last day that was written. The times of a page are mostly of one day.
let day = Number.NaN;
let dayText = '';

/** The same text as Date.toISOString, at a fifth of its cost: a page of sessions has hundreds of times. */
export function formatTime(time: Date): string {
  const milliseconds = time.getTime();
  const dayNumber = Math.floor(milliseconds / DAY_MS);
  if (dayNumber !== day) {
    dayText = new Date(dayNumber * DAY_MS).toISOString().slice(0, -13);
    day = dayNumber;
  }
  const rest = milliseconds - dayNumber * DAY_MS;
  const seconds = Math.floor(rest / 1000);
  const minutes = Math.floor(seconds / 60);
  const fraction = String(rest - seconds * 1000).padStart(3, '0');
  return `${dayText}${TWO_DIGITS[Math.floor(minutes / 60)]}:${TWO_DIGITS[minutes % 60]}:${TWO_DIGITS[seconds % 60]}.${fraction}Z`;
}

const SPACE = 32;
const POINT = 46;

/**
 * The same text out of PostgreSQL's, "2026-11-22 07:21:00.123456+00", which leaves out zeros at its end.
 * @throws when it has another form: of another zone or style, before Christ, after the year 9999, or infinite
 */
export function formatTimeText(text: string): string {
  const { length } = text;
  if (length < 22 || length > 29 || text.charCodeAt(10) !== SPACE || !text.endsWith('+00'))
    throw new Error('A time has an unexpected form');
  // Nearly all have milliseconds.
  if (length >= 26 && text.charCodeAt(19) === POINT) return `${text.slice(0, 10)}T${text.slice(11, 23)}Z`;
  const seconds = `${text.slice(0, 10)}T${text.slice(11, 19)}`;
  if (length === 22) return `${seconds}.000Z`;
  if (text.charCodeAt(19) !== POINT) throw new Error('A time has an unexpected form');
  return `${seconds}${text.slice(19, -3).padEnd(4, '0')}Z`;
}
