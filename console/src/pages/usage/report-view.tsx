import type { ReactNode } from 'react';
import { Button } from '../../ui/button.tsx';
import { formatCount } from '../../ui/count.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import styles from './page.module.css';
import { defaults, type UsageSearch } from './search.ts';
import { Totals } from './totals.tsx';
import { UsageChart } from './usage-chart.tsx';
import { UsageTable } from './usage-table.tsx';
import type { Report } from './use-report.ts';
import type { useUsageSearch } from './use-usage-search.ts';

type Props = {
  readonly search: UsageSearch;
  /** Null while there is none. */
  readonly report: Report | null;
  /** It is the answer to an earlier question, and the next is on its way. */
  readonly stale: boolean;
  readonly busy: boolean;
  readonly onMore: () => void;
  readonly change: ReturnType<typeof useUsageSearch>[2];
};

/** The totals, the chart and the table of a report. */
export function ReportView({ search, report, stale, busy, onMore, change }: Props) {
  const withDetail = search.detail === true;
  if (report?.rows.length === 0 && !stale)
    return (
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
    );
  return (
    <>
      <Totals totals={report?.totals ?? null} />
      {report === null ? (
        <Skeleton width="100%" height="27rem" />
      ) : (
        <UsageChart
          report={report}
          stale={stale}
          measure={search.chart ?? defaults.chart}
          onMeasure={(chart) => change({ chart })}
        />
      )}
      <Rows report={report} busy={busy} onMore={onMore}>
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
          `${formatCount(report.rows.length, 'row')}${report.next === null ? '' : ' loaded; there are more'}`}
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
