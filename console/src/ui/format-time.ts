import type { Zone } from './preferences.ts';

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always', style: 'long' });

/** "5 minutes ago", "in 2 hours", "just now". */
export function formatRelative(at: number, now: number): string {
  const difference = at - now;
  const [unit, length] = UNITS.find(([, ms]) => Math.abs(difference) >= ms) ?? UNITS[3];
  const count = Math.trunc(difference / length);
  return unit === 'second' && Math.abs(count) < 5 ? 'just now' : relative.format(count, unit);
}

/** "29 Nov 2026, 15:04:05 UTC": exact, with its zone. */
export function formatExact(at: number, zone: Zone): string {
  return exactFormat(zone).format(at);
}

/** "29 Nov 2026" */
export function formatDay(at: number, zone: Zone): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', ...zoneOption(zone) }).format(at);
}

/** "1:05", "2:00:00" */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const [hours = 0, minutes = 0, rest = 0] = parts;
  const tail = `${String(minutes).padStart(hours > 0 ? 2 : 1, '0')}:${String(rest).padStart(2, '0')}`;
  return hours > 0 ? `${hours}:${tail}` : tail;
}

const exactFormats = new Map<Zone, Intl.DateTimeFormat>();

function exactFormat(zone: Zone): Intl.DateTimeFormat {
  const existing = exactFormats.get(zone);
  if (existing !== undefined) return existing;
  const created = new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
    ...zoneOption(zone),
  });
  exactFormats.set(zone, created);
  return created;
}

function zoneOption(zone: Zone): Intl.DateTimeFormatOptions {
  return zone === 'utc' ? { timeZone: 'UTC' } : {};
}
