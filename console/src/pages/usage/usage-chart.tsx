import { useMemo } from 'react';
import { StackedChart } from '../../ui/chart/stacked-chart.tsx';
import { Select } from '../../ui/select.tsx';
import { chartOf } from './chart-data.ts';
import { measureOf } from './measure.ts';
import { groupNames } from './row.ts';
import { type Measure, measures, type UnitName } from './search.ts';
import styles from './usage-chart.module.css';
import type { Report } from './use-report.ts';

type Props = {
  readonly report: Report;
  readonly stale: boolean;
  readonly measure: Measure;
  readonly onMeasure: (measure: Measure) => void;
};

const options = measures.map((value) => ({ value, label: measureOf[value].name }));
const per: Readonly<Record<UnitName, string>> = {
  hour: ' by hour',
  day: ' by day',
  month: ' by month',
  none: '',
};

/** The rows that are loaded, as stacked bars. */
export function UsageChart({ report, stale, measure, onMeasure }: Props) {
  const { request, rows, next } = report;
  const chart = useMemo(() => chartOf({ ...request, rows }, measure), [request, rows, measure]);
  const split = request.groups.map((group) => groupNames[group].toLowerCase()).join(', ');
  const title = `${measureOf[measure].name}${per[request.unit]}${split === '' ? '' : `, split by ${split}`}`;
  return (
    <section className={styles['card']} aria-label="Chart" data-stale={stale ? '' : undefined}>
      <div className={styles['head']}>
        <h2>{title}</h2>
        <Select
          label="What the chart shows"
          hideLabel
          value={measure}
          options={options}
          onChange={onMeasure}
        />
      </div>
      {next !== null && (
        <p className={styles['note']}>
          Only the {rows.length.toLocaleString('en')} rows that are loaded are drawn; there are more.
        </p>
      )}
      {chart.kind === 'chart' ? (
        <StackedChart
          title={title}
          description={`Stacked bars, in the time zone ${request.period.zone}. The table below has the same numbers.`}
          series={chart.series}
          columns={chart.columns}
          formatTick={measureOf[measure].tick}
          mark="Not all of the cost of this bar is known."
        />
      ) : (
        <p className={styles['none']}>
          These are too many bars to draw. Choose a shorter period, or longer rows; the table has them all.
        </p>
      )}
    </section>
  );
}
