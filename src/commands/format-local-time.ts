/** Makes times RFC 3339 with the offset that the clocks of a zone then have: "2026-10-25T00:00:00+02:00". */
export function createLocalTimeFormat(timeZone: string): (time: Date) => string {
  const format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' });
  // Rows come sorted by time: many have the same.
  let last = { at: Number.NaN, text: '' };
  return (time) => {
    const at = time.getTime();
    if (last.at !== at) last = { at, text: withOffset(at, format) };
    return last.text;
  };
}

function withOffset(at: number, format: Intl.DateTimeFormat): string {
  const name = format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign = '+', hours = '00', minutes = '00'] = /([+-])(\d\d):(\d\d)/.exec(name) ?? [];
  const ahead = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  const local = new Date(at + ahead * 60_000).toISOString().slice(0, 19);
  return `${local}${sign}${hours}:${minutes}`;
}
