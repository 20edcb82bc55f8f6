import { useMemo } from 'react';
import { StackedChart } from '../../ui/chart/stacked-chart.tsx';
import { formatCount } from '../../ui/count.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { Comparison } from './comparison.tsx';
import styles from './outcome-chart.module.css';
import { countsOf, outcomeColumns, outcomeSeries, requests, requestsIn } from './outcome-chart-data.ts';
import type { OverviewStatistics } from './statistics-document.ts';

const BEFORE = 'the day before';
const tick = (value: number) => (Number.isInteger(value) ? formatCount(value) : '');
type Hour = ReturnType<typeof outcomeColumns>[number];

/** What became of the requests of the last 24 hours, by hour, and in all compared with the 24 hours before. */
export function OutcomeChart({ statistics }: { readonly statistics: OverviewStatistics | undefined }) {
  return (
    <section className={styles['card']} aria-labelledby="outcomes">
      <h2 id="outcomes">Last 24 hours by outcome</h2>
      {statistics === undefined ? <div className={styles['room']} /> : <Chart statistics={statistics} />}
    </section>
  );
}

function Chart({ statistics: { hours, hoursBefore } }: { readonly statistics: OverviewStatistics }) {
  const columns = useMemo(
    () => outcomeColumns(hours.rows.nodes, { from: hours.from, to: hours.to, timeZone: hours.timeZone }),
    [hours],
  );
  const now = countsOf(hours.totals);
  const before = countsOf(hoursBefore.totals);
  const whole = {
    name: 'All 24 hours',
    total: requests(requestsIn(hours.totals)),
    notes: outcomeSeries.map((_, index) => ({
      text: formatCount(now[index] ?? 0),
      below: (
        <Comparison
          now={now[index] ?? 0}
          before={before[index] ?? 0}
          text={formatCount(before[index] ?? 0)}
          when={BEFORE}
        />
      ),
    })),
  };
  return (
    <>
      <StackedChart
        title="Requests of the last 24 hours by outcome"
        description={`Stacked bars, one for each hour in the time zone ${hours.timeZone}. The table below has the same numbers.`}
        series={outcomeSeries}
        columns={columns}
        formatTick={tick}
        whole={whole}
      />
      <details className={styles['table']}>
        <summary>As a table</summary>
        <Table label="Requests by hour" columns={tableColumns} rows={columns} rowKey={({ key }) => key} />
      </details>
    </>
  );
}

const tableColumns: readonly Column<Hour>[] = [
  { id: 'hour', header: 'Hour', rowHeader: true, cell: ({ name }) => name },
  ...outcomeSeries.map(
    ({ key, name }, index): Column<Hour> => ({
      id: key,
      header: name,
      align: 'end',
      cell: ({ parts }) => parts[index]?.text,
    }),
  ),
];
