import { scaleLinear } from 'd3-scale';
import { type FragmentType, readFragment } from '../../gql/index.ts';
import { formatUsd } from '../../ui/amount.tsx';
import { formatDay } from '../../ui/format-time.ts';
import { useZone } from '../../ui/preferences.ts';
import styles from './usage-bars.module.css';
import { USAGE_DAY, USAGE_TOTALS } from './usage-table.tsx';

const HEIGHT = 96;
const STEP = 20;
const WIDTH = 14;

/** The known cost of each day as a bar. The table beside it has the numbers. */
export function UsageBars({
  days,
  rows,
}: {
  readonly days: readonly Date[];
  readonly rows: readonly FragmentType<typeof USAGE_DAY>[];
}) {
  const [zone] = useZone();
  const costs = new Map(
    readFragment(USAGE_DAY, rows).map(({ start, totals }) => [
      start === null ? 0 : Date.parse(start),
      readFragment(USAGE_TOTALS, totals).costKnownUsd,
    ]),
  );
  const largest = Math.max(0, ...[...costs.values()].map(Number));
  if (largest === 0) return null;
  const height = scaleLinear([0, largest], [0, HEIGHT]);
  return (
    <figure className={styles['figure']}>
      <figcaption className={styles['caption']}>
        Known cost a day; the highest is {formatUsd(String(largest))}
      </figcaption>
      <svg
        viewBox={`0 0 ${days.length * STEP} ${HEIGHT + 22}`}
        className={styles['chart']}
        role="img"
        aria-label="Known cost of each day. The table below has the numbers."
      >
        <line x1="0" x2={days.length * STEP} y1={HEIGHT} y2={HEIGHT} className={styles['axis']} />
        {days.map((day, index) => {
          const usd = costs.get(day.getTime());
          const tall = usd === undefined ? 0 : Math.max(Number(usd) > 0 ? 2 : 0, height(Number(usd)));
          return (
            <g key={day.getTime()} transform={`translate(${index * STEP} 0)`}>
              <title>{`${formatDay(day.getTime(), zone)}: ${usd === undefined ? 'nothing' : formatUsd(usd)}`}</title>
              <rect width={STEP} height={HEIGHT} className={styles['hit']} />
              <rect
                x={(STEP - WIDTH) / 2}
                y={HEIGHT - tall}
                width={WIDTH}
                height={tall}
                className={styles['bar']}
              />
              {(index === 0 || (index + 1) % 5 === 0) && (
                <text x={STEP / 2} y={HEIGHT + 17} className={styles['day']}>
                  {index + 1}
                </text>
              )}
            </g>
          );
        })}
      </svg>
    </figure>
  );
}
