import { addUnits, startOf } from '../../ui/zoned-time.ts';

const MINUTE = 60_000;
const HOURS_SHOWN = 24;

type Between = { readonly from: string; readonly to: string; readonly timeZone: string };
/** A period that goes on, and as much of the one before it. */
export type Compared = { readonly current: Between; readonly before: Between };

export type OverviewPeriods = {
  readonly today: Compared;
  readonly month: Compared;
  /** Whole hours, the last of which goes on. */
  readonly hours: Compared;
};

/** What the overview asks about, at a time of the server. It is the same within a minute. */
export function overviewPeriods(now: number, zone: string): OverviewPeriods {
  const minute = now - (now % MINUTE);
  const today = startOf('day', now, zone);
  const yesterday = addUnits('day', today, -1, zone);
  const month = startOf('month', now, zone);
  const lastMonth = addUnits('month', month, -1, zone);
  const hourEnd = addUnits('hour', startOf('hour', now, zone), 1, zone);
  const hours = addUnits('hour', hourEnd, -HOURS_SHOWN, zone);
  const between = (from: number, to: number) => ({
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    timeZone: zone,
  });
  return {
    today: {
      current: between(today, addUnits('day', today, 1, zone)),
      before: between(yesterday, Math.min(yesterday + (minute - today), today)),
    },
    month: {
      current: between(month, addUnits('month', month, 1, zone)),
      // A month that was shorter is compared as a whole.
      before: between(lastMonth, Math.min(lastMonth + (minute - month), month)),
    },
    hours: {
      current: between(hours, hourEnd),
      before: between(
        addUnits('hour', hours, -HOURS_SHOWN, zone),
        addUnits('hour', minute, -HOURS_SHOWN, zone),
      ),
    },
  };
}
