import type { UnitName } from './search.ts';

type Text = { readonly tick: string; readonly name: string };

/** How the start of an hour, day or month is called, in the zone of the report. */
export function startFormat(unit: UnitName, zone: string): (start: number) => Text {
  const format = (options: Intl.DateTimeFormatOptions) => {
    const made = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hourCycle: 'h23', ...options });
    return (at: number) => made.format(at);
  };
  switch (unit) {
    case 'hour': {
      const time = format({ hour: '2-digit', minute: '2-digit' });
      const day = format({ day: 'numeric', month: 'short' });
      const full = format({
        weekday: 'short',
        day: 'numeric',
        month: 'short',
        year: 'numeric',
        hour: '2-digit',
        minute: '2-digit',
        timeZoneName: 'short',
      });
      return (at) => ({ tick: time(at) === '00:00' ? day(at) : time(at), name: full(at) });
    }
    case 'day': {
      const tick = format({ day: 'numeric', month: 'short' });
      const full = format({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' });
      return (at) => ({ tick: tick(at), name: full(at) });
    }
    case 'month': {
      const tick = format({ month: 'short', year: 'numeric' });
      const full = format({ month: 'long', year: 'numeric' });
      return (at) => ({ tick: tick(at), name: full(at) });
    }
    case 'none':
      return () => ({ tick: '', name: '' });
    default:
      return unit satisfies never;
  }
}
