// Making one takes as long as a hundred uses.
const formats = new Map<string, Intl.DateTimeFormat>();

/** What the clocks of a place show at a time: year, month, day, hour, minute, and their offset from UTC as timeZoneName. */
export function onClocksOf(timeZone: string, at: number): (part: Intl.DateTimeFormatPartTypes) => string {
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
