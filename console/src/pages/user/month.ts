import type { Zone } from '../../ui/preferences.ts';

/** A calendar month, e.g. "2026-11". */
export type Month = { readonly year: number; readonly month: number };

export function monthOf(text: string | undefined, now: number, zone: Zone): Month {
  if (text !== undefined) return { year: Number(text.slice(0, 4)), month: Number(text.slice(5)) - 1 };
  const date = new Date(now);
  return zone === 'utc'
    ? { year: date.getUTCFullYear(), month: date.getUTCMonth() }
    : { year: date.getFullYear(), month: date.getMonth() };
}

export function shiftMonth({ year, month }: Month, by: number): Month {
  const shifted = new Date(Date.UTC(year, month + by));
  return { year: shifted.getUTCFullYear(), month: shifted.getUTCMonth() };
}

/** As the address has it. */
export function formatMonth({ year, month }: Month): string {
  return `${year}-${String(month + 1).padStart(2, '0')}`;
}

/** "November 2026" */
export function nameMonth({ year, month }: Month): string {
  return new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(
    Date.UTC(year, month),
  );
}

/** When each day of the month begins, and last when the next month does. */
export function daysOf({ year, month }: Month, zone: Zone): readonly Date[] {
  const count = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return Array.from({ length: count + 1 }, (_day, index) =>
    zone === 'utc' ? new Date(Date.UTC(year, month, index + 1)) : new Date(year, month, index + 1),
  );
}
