import { useMemo } from 'react';
import { serverNow } from '../../api/server-clock.ts';
import { useViewer } from '../../auth/viewer.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { NoPermission } from '../../ui/no-permission.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { useTimeZone } from '../../ui/preferences.ts';
import { useDelayed } from '../../ui/use-delayed.ts';
import { Expiring } from './expiring.tsx';
import { LiveFigure, SessionFigures, SpendFigure } from './figures.tsx';
import { Health } from './health.tsx';
import { OVERVIEW_HEALTH } from './health-document.ts';
import { MAX_LIVE, OVERVIEW_LIVE } from './live-document.ts';
import { OutcomeChart } from './outcome-chart.tsx';
import { overviewPeriods } from './overview-periods.ts';
import styles from './page.module.css';
import { SandboxWarning } from './sandbox-warning.tsx';
import { OVERVIEW_SPEND } from './spend-document.ts';
import { OVERVIEW_STATISTICS } from './statistics-document.ts';
import { useBeat } from './use-beat.ts';
import { usePolled } from './use-polled.ts';

const EVERY_MS = 15_000;
const MINUTE_MS = 60_000;
const LIVE = { upTo: MAX_LIVE + 1 };
const NOTHING = {};

export function Page() {
  const { kind, scopes, reach } = useViewer();
  const zone = useTimeZone();
  const beat = useBeat(EVERY_MS);
  const minute = Math.floor(serverNow() / MINUTE_MS) * MINUTE_MS;
  const variables = useMemo(() => variablesAt(minute, zone), [minute, zone]);

  // An end user needs no scope for what is its own.
  const mayReadSessions = kind === 'USER' || scopes.includes('SESSIONS_READ');
  const mayReadUsage = kind === 'USER' || scopes.includes('USAGE_READ');
  const mayReadHealth = kind === 'OPERATOR' || (reach === 'EVERYTHING' && scopes.length > 0);
  const health = usePolled(OVERVIEW_HEALTH, NOTHING, beat, { pause: !mayReadHealth });
  const live = usePolled(OVERVIEW_LIVE, LIVE, beat, { pause: !mayReadSessions });
  const statistics = usePolled(OVERVIEW_STATISTICS, variables.statistics, beat, { pause: !mayReadSessions });
  const spend = usePolled(OVERVIEW_SPEND, variables.spend, beat, { pause: !mayReadUsage });
  const error = live.error ?? statistics.error ?? spend.error ?? health.error;

  // Whether there is a warning at the top has to be known first: nothing should move when it comes.
  const waits = mayReadHealth && health.data === undefined && health.error === undefined;
  const waitedLong = useDelayed(waits, 1000);

  return (
    <div className={styles['page']} aria-busy={waits}>
      <PageHeader
        title="Overview"
        description={`Asked anew every 15 seconds while this tab is shown. Today and this month are those of ${zone}.`}
      />
      {waits && !waitedLong ? null : (
        <>
          {health.data !== undefined && <SandboxWarning providers={health.data.gateway.providers} />}
          {error !== undefined && <ErrorNote error={{ ...error, message: `Not up to date: ${error.message}` }} />}
          <div className={styles['figures']}>
            {mayReadSessions && <LiveFigure live={live.data?.realtimeSessions} />}
            {mayReadSessions && <SessionFigures statistics={statistics.data} />}
            {mayReadUsage && <SpendFigure spend={spend.data} />}
          </div>
          {!mayReadUsage && <NoPermission scope="USAGE_READ" what="what was spent" />}
          {mayReadSessions ? (
            <OutcomeChart statistics={statistics.data} />
          ) : (
            <NoPermission scope="SESSIONS_READ" what="what was issued and refused" />
          )}
          <div className={styles['lists']}>
            {mayReadSessions && <Expiring live={live.data?.realtimeSessions} />}
            {mayReadHealth && <Health health={health.data?.gateway} />}
          </div>
        </>
      )}
    </div>
  );
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
