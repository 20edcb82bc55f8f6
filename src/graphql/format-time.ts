import { type WriteBytes, writeBytes } from './json-bytes.ts';

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

const SPACE = 0x20;
const POINT = 0x2e;
const PLUS = 0x2b;
const ZERO = 0x30;
// "2026-11-22", and "2026-11-22 07:21:00"
const DATE = 10;
const SECONDS = 19;
const MOST_DIGITS = 6;
const WRITTEN = Buffer.from('"0000-00-00T00:00:00.000Z"');
const MILLISECONDS = WRITTEN.indexOf('Z') - 1;

/**
 * Writes the same text out of PostgreSQL's, "2026-11-22 07:21:00.123456+00", which leaves out zeros at its end.
 * @throws when it has another form: of another zone or style, before Christ, after the year 9999, or infinite
 */
export const writeTime: WriteBytes = (json, from, start, end) => {
  const zone = end - '+00'.length;
  const isUtc = from[zone] === PLUS && from[zone + 1] === ZERO && from[zone + 2] === ZERO;
  const digits = zone - start - SECONDS - 1;
  const hasDigits = from[start + SECONDS] === POINT && digits > 0 && digits <= MOST_DIGITS;
  if (!isUtc || from[start + DATE] !== SPACE || !(hasDigits || zone === start + SECONDS))
    throw new Error('A time has an unexpected form');
  writeBytes(json, WRITTEN);
  const { bytes, length } = json;
  const to = length - WRITTEN.length + 1;
  const written = Math.min(zone - start, MILLISECONDS);
  for (let at = 0; at < written; at += 1) if (at !== DATE) bytes[to + at] = from[start + at] ?? ZERO;
};
