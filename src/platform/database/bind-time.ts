import type { SqlParameters } from './statement.ts';

/** Binds a time, in milliseconds since 1970, to the microsecond. Returns it as SQL. */
export function bindTime(milliseconds: number, { bind }: SqlParameters): string {
  const whole = Math.floor(milliseconds);
  const microseconds = String(Math.round((milliseconds - whole) * 1000)).padStart(3, '0');
  return `${bind(new Date(whole).toISOString().replace('Z', `${microseconds}Z`))}::timestamptz`;
}
