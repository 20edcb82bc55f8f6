// Times of a day in a time zone. Instants are milliseconds since 1970; a "wall" is what the clocks there show, as if it were UTC.

export type TimeUnit = 'hour' | 'day' | 'month';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Whether this browser knows the zone: an IANA name or alias in any letter case. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== null;
  } catch {
    return false;
  }
}

/** What the clocks of the zone show at an instant. */
export function wallAt(instant: number, zone: string): number {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
}

/** The first instant at which the clocks show this. Where they skip it, the instant at which they skip. */
export function instantOf(wall: number, zone: string): number {
  const before = wall - offsetAt(wall - DAY, zone);
  const after = wall - offsetAt(wall + DAY, zone);
  const shown = [before, after].filter((instant) => wallAt(instant, zone) === wall);
  return shown.length === 0 ? before : Math.min(...shown);
}

/** The start of the hour, day or month in which an instant is. */
export function startOf(unit: TimeUnit, instant: number, zone: string): number {
  const wall = wallAt(instant, zone);
  // Not by the clocks: an hour that they show twice is two hours.
  if (unit === 'hour') return instant - (instant % 1000) - (wall % HOUR);
  const { year, month, day } = fieldsOf(wall);
  return instantOf(Date.UTC(year, month, unit === 'day' ? day : 1), zone);
}

/** The start of the unit that is so many units later, or earlier when `count` is negative. */
export function addUnits(unit: TimeUnit, start: number, count: number, zone: string): number {
  if (unit === 'hour') return start + count * HOUR;
  const { year, month, day } = fieldsOf(wallAt(start, zone));
  const wall = unit === 'day' ? Date.UTC(year, month, day + count) : Date.UTC(year, month + count, 1);
  return instantOf(wall, zone);
}

/** The starts of all units that a period touches, or null when there are more than `most`. */
export function unitsBetween(
  unit: TimeUnit,
  { from, to, zone }: { from: number; to: number; zone: string },
  most: number,
): readonly number[] | null {
  const starts: number[] = [];
  for (
    let start = startOf(unit, from, zone);
    start < to;
    // From the middle of the next hour, because clocks can be changed by half an hour.
    start = unit === 'hour' ? startOf(unit, start + 1.5 * HOUR, zone) : addUnits(unit, start, 1, zone)
  ) {
    if (starts.length === most) return null;
    starts.push(start);
  }
  return starts;
}

/** "2026-10-25T00:00:00+02:00": RFC 3339, with the offset that the clocks then have. */
export function formatOffsetTime(instant: number, zone: string): string {
  const minutes = Math.round(offsetAt(instant, zone) / 60_000);
  const local = new Date(instant + minutes * 60_000).toISOString().slice(0, 19);
  const two = (number: number) => String(number).padStart(2, '0');
  const ahead = Math.abs(minutes);
  return `${local}${minutes < 0 ? '-' : '+'}${two(Math.floor(ahead / 60))}:${two(ahead % 60)}`;
}

/** "2026-10-25T00:00", as `<input type="datetime-local">` has it. */
export function formatWall(instant: number, zone: string): string {
  return new Date(wallAt(instant, zone)).toISOString().slice(0, 16);
}

/** The instant of such a text; null when it is none. */
export function parseWall(text: string, zone: string): number | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(text)) return null;
  const wall = Date.parse(`${text}:00Z`);
  return Number.isNaN(wall) ? null : instantOf(wall, zone);
}

function offsetAt(instant: number, zone: string): number {
  return wallAt(instant, zone) - Math.floor(instant / 1000) * 1000;
}

function fieldsOf(wall: number): { year: number; month: number; day: number } {
  const date = new Date(wall);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth(), day: date.getUTCDate() };
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const made =
    formats.get(zone) ??
    new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'iso8601',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  formats.set(zone, made);
  return made;
}
