import { instantText } from '../validation/instant.ts';
import type { SqlParameters } from './statement.ts';

/** Binds a time, in milliseconds since 1970, to the microsecond. Returns it as SQL. */
export function bindTime(milliseconds: number, { bind }: SqlParameters): string {
  const whole = Math.floor(milliseconds);
  const microseconds = Math.round((milliseconds - whole) * 1000);
  return `${bind(instantText({ date: new Date(whole), microseconds }))}::timestamptz`;
}
