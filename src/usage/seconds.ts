import { z } from 'zod';

export const MAX_SECONDS = 86_400;

/** Seconds of audio that are billed by duration. */
export const seconds = z
  .number('must be a number')
  .min(0, 'must be at least 0')
  .max(MAX_SECONDS, `must be at most ${MAX_SECONDS}`);

/** Seconds as an exact decimal. They may come as 3.2999999999999998, so they are rounded to 12 decimals. */
export function secondsText(value: number): string {
  return value === 0 ? '0' : value.toFixed(12);
}
