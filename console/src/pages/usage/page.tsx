import { type ReactNode, useMemo, useState } from 'react';
import { serverNow } from '../../api/server-clock.ts';
import { useViewer } from '../../auth/viewer.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { NoPermission } from '../../ui/no-permission.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { formatWall } from '../../ui/zoned-time.ts';
import { csvOf } from './columns.ts';
import { Controls } from './controls.tsx';
import { download } from './download.ts';
import { Filters } from './filters.tsx';
import styles from './page.module.css';
import { type ReportRequest, requestOf } from './report-request.ts';
import { defaults, groupsOf } from './search.ts';
import { Totals } from './totals.tsx';
import { UsageChart } from './usage-chart.tsx';
import { UsageError } from './usage-error.tsx';
import { UsageTable } from './usage-table.tsx';
import { type Report, useReport } from './use-report.ts';
import { useUsageSearch } from './use-usage-search.ts';

export function Page() {
  const { kind, scopes } = useViewer();
  // An end user needs no scope for its own usage.
  if (kind === 'USER' || scopes.includes('USAGE_READ')) return <Usage />;
  return (
    <>
      <PageHeader title="Usage" />
      <NoPermission scope="USAGE_READ" what="usage" />
    </>
  );
}

function Usage() {
  const [search, zone, change] = useUsageSearch();
  const [now, setNow] = useState(serverNow);
  const request = useUnchanged(requestOf(search, zone, now));
  const { report: answered, error, busy, reload, loadMore } = useReport(request);
  // After an error, what was answered to another question would be taken for the answer.
  const report = error === null || answered?.request === request ? answered : null;
  const stale = report !== null && report.request !== request;
  const withDetail = search.detail === true;

  return (
    <div className={styles['page']}>
      <PageHeader
        title="Usage"
        description="What was reported of sessions, and what it cost by the prices of the day."
        actions={
          <>
            <Button disabled={report === null || stale} onClick={() => report && save(report, withDetail)}>
              Download CSV
            </Button>
            <Button
              busy={busy}
              onClick={() => {
                setNow(serverNow());
                reload();
              }}
            >
              Reload
            </Button>
          </>
        }
      />
      <Controls search={search} period={request.period} change={change} />
      <Filters search={search} report={report} change={change} />
      {error !== null && (
        <UsageError
          error={error}
          onRetry={reload}
          onWithoutLabel={() =>
            change({
              group: groupsOf(search.group ?? defaults.group)
                .filter((group) => group !== 'label')
                .join(','),
            })
          }
        />
      )}
      {report?.rows.length === 0 && !stale && (
        <EmptyState
          title="Nothing was used in this time, and no session was issued."
          action={
            <Button onClick={() => change({ range: '12m', by: 'month', from: undefined, to: undefined })}>
              Show the last 12 months
            </Button>
          }
        >
          Usage is there once an application reports what its responses used, by reportUsage.
        </EmptyState>
      )}
      {(error === null || report !== null) && report?.rows.length !== 0 && (
        <>
          <Totals totals={report?.totals ?? null} />
          {report === null ? (
            <div className={styles['noChart']}>
              <Skeleton width="100%" height="20rem" />
            </div>
          ) : (
            <UsageChart
              report={report}
              stale={stale}
              measure={search.chart ?? defaults.chart}
              onMeasure={(chart) => change({ chart })}
            />
          )}
          <Rows report={report} busy={busy} onMore={loadMore}>
            <Button
              size="small"
              pressed={withDetail}
              onClick={() => change({ detail: withDetail ? undefined : true })}
            >
              All kinds of tokens
            </Button>
          </Rows>
          <UsageTable report={report} stale={stale} withDetail={withDetail} />
        </>
      )}
    </div>
  );
}

function Rows({
  report,
  busy,
  onMore,
  children,
}: {
  readonly report: Report | null;
  readonly busy: boolean;
  readonly onMore: () => void;
  readonly children: ReactNode;
}) {
  return (
    <div className={styles['rows']}>
      <p role="status">
        {report !== null &&
          `${report.rows.length.toLocaleString('en')} rows${report.next === null ? '' : ' loaded; there are more'}`}
      </p>
      {report !== null && report.next !== null && (
        <Button size="small" busy={busy} onClick={onMore}>
          Load more rows
        </Button>
      )}
      {children}
    </div>
  );
}

/** The request before, as long as it says the same: an address also says what is not asked for. */
function useUnchanged(request: ReportRequest): ReportRequest {
  const text = JSON.stringify(request);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text says all that is in it
  return useMemo(() => request, [text]);
}

function save({ request, rows }: Report, withDetail: boolean): void {
  const { unit, groups, period } = request;
  const zone = period.zone;
  const [from, to] = [period.from, period.to].map((at) => formatWall(at, zone).replace('T00:00', '').replace(':', ''));
  const name = `usage-${from}-to-${to}-${zone.replace(/[^A-Za-z0-9]+/g, '-')}.csv`;
  download(csvOf({ unit, groups, zone, rows, withDetail }), name, 'text/csv;charset=utf-8');
}
