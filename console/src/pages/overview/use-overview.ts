import { useMemo } from 'react';
import type { ApiError } from '../../api/api-error.ts';
import { serverNow } from '../../api/server-clock.ts';
import { useViewer, type Viewer } from '../../auth/viewer.ts';
import { OVERVIEW_HEALTH, type OverviewHealth } from './health-document.ts';
import { MAX_LIVE, OVERVIEW_LIVE, type OverviewCalls, type OverviewLive } from './live-document.ts';
import { overviewPeriods } from './overview-periods.ts';
import { OVERVIEW_SPEND, type OverviewSpend } from './spend-document.ts';
import { OVERVIEW_STATISTICS, type OverviewStatistics } from './statistics-document.ts';
import { useBeat } from './use-beat.ts';
import { usePolled } from './use-polled.ts';

const EVERY_MS = 15_000;
const MINUTE_MS = 60_000;
const LIVE = { upTo: MAX_LIVE + 1 };
const NOTHING = {};

export type Overview = {
  readonly may: ReturnType<typeof permissionsOf>;
  readonly health: OverviewHealth | undefined;
  readonly live: OverviewLive | undefined;
  readonly calls: OverviewCalls | undefined;
  readonly statistics: OverviewStatistics | undefined;
  readonly spend: OverviewSpend | undefined;
  /** Why some of it is missing or older. */
  readonly error: ApiError | undefined;
};

/** What the overview shows, asked for again and again: in four requests, so that one that fails takes no other with it. */
export function useOverview(zone: string): Overview {
  const may = permissionsOf(useViewer());
  const beat = useBeat(EVERY_MS);
  const minute = Math.floor(serverNow() / MINUTE_MS) * MINUTE_MS;
  const variables = useMemo(() => variablesAt(minute, zone), [minute, zone]);
  const health = usePolled(OVERVIEW_HEALTH, NOTHING, beat, { pause: !may.readHealth });
  const live = usePolled(OVERVIEW_LIVE, LIVE, beat, { pause: !may.readSessions });
  const statistics = usePolled(OVERVIEW_STATISTICS, variables.statistics, beat, { pause: !may.readSessions });
  const spend = usePolled(OVERVIEW_SPEND, variables.spend, beat, { pause: !may.readUsage });
  return {
    may,
    health: health.data?.gateway,
    live: live.data?.realtimeSessions,
    calls: live.data?.realtimeCalls,
    statistics: statistics.data,
    spend: spend.data,
    error: live.error ?? statistics.error ?? spend.error ?? health.error,
  };
}

function permissionsOf({ kind, scopes, reach }: Viewer) {
  // An end user needs no scope for what is its own.
  const may = (scope: 'SESSIONS_READ' | 'USAGE_READ') => kind === 'USER' || scopes.includes(scope);
  return {
    readSessions: may('SESSIONS_READ'),
    readUsage: may('USAGE_READ'),
    readHealth: kind === 'OPERATOR' || (reach === 'EVERYTHING' && scopes.length > 0),
  };
}

function variablesAt(now: number, zone: string) {
  const { today, month, hours } = overviewPeriods(now, zone);
  return {
    statistics: {
      today: today.current,
      todayBefore: today.before,
      hours: hours.current,
      hoursBefore: hours.before,
    },
    spend: { month: month.current, monthBefore: month.before },
  };
}
