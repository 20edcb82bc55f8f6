/** When an answer asks to come back, by its Retry-After: seconds, or a date. */
export function retryAtOf(headers: Headers): Date | undefined {
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  const time = /^\d+$/.test(value) ? Date.now() + Number(value) * 1000 : Date.parse(value);
  return Number.isNaN(time) || time > MAX_TIME ? undefined : new Date(time);
}

/** The last instant that a Date can be. */
const MAX_TIME = 8.64e15;
