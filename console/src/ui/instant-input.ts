import type { Zone } from './preferences.ts';

/** A time as the browser's field has it: "2026-11-29T15:04". */
export function formatForInput(instant: string, zone: Zone): string {
  const at = new Date(instant);
  const shifted = zone === 'utc' ? at : new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}

/** The time that such a text means, as RFC 3339 in UTC. Null when it means none. */
export function parseInput(text: string, zone: Zone): string | null {
  const at = new Date(zone === 'utc' ? `${text}Z` : text);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}
