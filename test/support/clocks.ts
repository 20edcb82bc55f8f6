// Making one takes as long as a hundred uses.
const formats = new Map<string, Intl.DateTimeFormat>();

/** The minute, hour, day or month of a time on the clocks of a place; hours that come twice differ in their offset. */
export function onClocks(at: number, timeZone: string, unit: string): string {
  const part = onClocksOf(timeZone, at);
  const month = `${part('year')}-${part('month')}`;
  if (unit === 'MONTH') return month;
  const day = `${month}-${part('day')}`;
  if (unit === 'DAY') return day;
  const hour = `${day} ${part('hour')}`;
  return unit === 'HOUR'
    ? `${hour} ${part('timeZoneName')}`
    : `${hour}:${part('minute')} ${part('timeZoneName')}`;
}

/** Microseconds since 1970 as the API takes them. */
export function isoOf(microseconds: number): string {
  const text = new Date(Math.floor(microseconds / 1000)).toISOString();
  return text.replace('Z', `${String(microseconds % 1000).padStart(3, '0')}Z`);
}

/** What the clocks of a place show at a time: year, month, day, hour, minute, and their offset from UTC as timeZoneName. */
function onClocksOf(timeZone: string, at: number): (part: Intl.DateTimeFormatPartTypes) => string {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('en-CA', {
      timeZone,
      ...{ year: 'numeric', month: '2-digit', day: '2-digit' },
      ...{ hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZoneName: 'longOffset' },
    });
  formats.set(timeZone, format);
  const parts = format.formatToParts(at);
  return (part) => parts.find(({ type }) => type === part)?.value ?? '';
}
