// Times as a form field has them (`datetime-local`) and as the API has them, in the time zone that the shell shows.

import type { Zone } from '../../ui/preferences.ts';

/** The value of a `datetime-local` field, to the second. */
export function toField(iso: string, zone: Zone): string {
  const date = new Date(iso);
  if (zone === 'utc') return date.toISOString().slice(0, 19);
  const parts = [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(twoDigits);
  return `${parts.join('-')}T${[date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':')}`;
}

/** The time of RFC 3339 of a `datetime-local` field. Null when it is empty or half written. */
export function fromField(value: string, zone: Zone): string | null {
  const date = new Date(zone === 'utc' ? `${value}Z` : value);
  return value === '' || Number.isNaN(date.getTime()) ? null : date.toISOString();
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
