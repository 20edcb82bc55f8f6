import { ErrorNote } from '../../ui/error-note.tsx';
import { NoPermission } from '../../ui/no-permission.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { useTimeZone } from '../../ui/preferences.ts';
import { useDelayed } from '../../ui/use-delayed.ts';
import { Expiring } from './expiring.tsx';
import { LiveFigure, SessionFigures, SpendFigure } from './figures.tsx';
import { Health } from './health.tsx';
import { OutcomeChart } from './outcome-chart.tsx';
import styles from './page.module.css';
import { SandboxWarning } from './sandbox-warning.tsx';
import { type Overview, useOverview } from './use-overview.ts';

export function Page() {
  const zone = useTimeZone();
  const overview = useOverview(zone);
  const { may, health, error } = overview;
  // Whether there is a warning at the top has to be known first: nothing should move when it comes.
  const waits = may.readHealth && health === undefined && error === undefined;
  const waitedLong = useDelayed(waits, 1000);
  return (
    <div className={styles['page']} aria-busy={waits}>
      <PageHeader
        title="Overview"
        description={`Refreshed every 15 seconds while this tab is shown. Today and this month are those of ${zone}.`}
      />
      {(!waits || waitedLong) && <Sections {...overview} />}
    </div>
  );
}

function Sections({ may, health, live, calls, statistics, spend, error }: Overview) {
  return (
    <>
      {health !== undefined && <SandboxWarning providers={health.providers} />}
      {error !== undefined && (
        <ErrorNote
          error={{ ...error, message: `Not up to date, and tried again every 15 seconds: ${error.message}` }}
        />
      )}
      <div className={styles['figures']}>
        {may.readSessions && <LiveFigure live={live} calls={calls} />}
        {may.readSessions && <SessionFigures statistics={statistics} />}
        {may.readUsage && <SpendFigure spend={spend} />}
      </div>
      {!may.readUsage && <NoPermission scope="USAGE_READ" what="what was spent" />}
      {may.readSessions ? (
        <OutcomeChart statistics={statistics} />
      ) : (
        <NoPermission scope="SESSIONS_READ" what="what was issued and refused" />
      )}
      <div className={styles['lists']}>
        {may.readSessions && <Expiring live={live} />}
        {may.readHealth && <Health health={health} />}
      </div>
    </>
  );
}
