import { useMemo, useState } from 'react';
import { serverNow } from '../../api/server-clock.ts';
import { Button } from '../../ui/button.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Controls } from './controls.tsx';
import { Filters } from './filters.tsx';
import styles from './page.module.css';
import { type ReportRequest, requestOf } from './report-request.ts';
import { ReportView } from './report-view.tsx';
import { saveReport } from './save-report.ts';
import { defaults, groupsOf } from './search.ts';
import { UsageError } from './usage-error.tsx';
import { useReport } from './use-report.ts';
import { useUsageSearch } from './use-usage-search.ts';

/** The report that the address asks for. */
export function Usage() {
  const [search, zone, change] = useUsageSearch();
  const [now, setNow] = useState(serverNow);
  const request = useUnchanged(requestOf(search, zone, now));
  const { report: answered, error, busy, reload, loadMore } = useReport(request);
  // After an error, what was answered to another question would be taken for the answer.
  const report = error === null || answered?.request === request ? answered : null;
  const stale = report !== null && report.request !== request;

  return (
    <div className={styles['page']}>
      <PageHeader
        title="Usage"
        description="What was reported of sessions, and what it cost by the prices of the day."
        actions={
          <>
            <Button
              disabled={report === null || stale}
              onClick={() => report !== null && saveReport(report, search.detail === true)}
            >
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
      {(error === null || report !== null) && (
        <ReportView
          search={search}
          report={report}
          stale={stale}
          busy={busy}
          onMore={loadMore}
          change={change}
        />
      )}
    </div>
  );
}

/** The request before, as long as it says the same: an address also says what is not asked for. */
function useUnchanged(request: ReportRequest): ReportRequest {
  const text = JSON.stringify(request);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text says all that is in it
  return useMemo(() => request, [text]);
}
