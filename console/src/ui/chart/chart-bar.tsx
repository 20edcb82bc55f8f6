import { memo } from 'react';
import type { Column, Series } from './chart-types.ts';
import { type Bar, MARGIN } from './layout.ts';
import styles from './stacked-chart.module.css';

type Props = {
  readonly bar: Bar;
  readonly bottom: number;
  readonly isActive: boolean;
  readonly isTabStop: boolean;
  readonly series: readonly Series[];
  /** Told the key of the column, or null. */
  readonly onActive: (key: string | null) => void;
  readonly onFocus: (key: string) => void;
};

/** A column: what is pointed at over its whole height, its stacked bar, and its time under the axis. */
export const ChartBar = memo(({ bar, bottom, isActive, isTabStop, series, onActive, onFocus }: Props) => {
  const { column, x, width, step, top, segments, hasTick } = bar;
  const middle = x + width / 2;
  return (
    // biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: it does nothing; its values are read out when it is focused
    <g
      data-bar=""
      role="img"
      tabIndex={isTabStop ? 0 : -1}
      aria-label={spoken(column, series)}
      className={isActive ? styles['activeColumn'] : styles['column']}
      onPointerEnter={() => onActive(column.key)}
      onPointerDown={() => onActive(column.key)}
      onFocus={() => {
        onFocus(column.key);
        onActive(column.key);
      }}
      onBlur={() => onActive(null)}
    >
      <rect
        className={styles['area']}
        x={middle - step / 2}
        y={MARGIN.top}
        width={step}
        height={bottom - MARGIN.top}
      />
      {segments.map((segment) => (
        <rect
          key={segment.series.key}
          className={styles[segment.series.colour]}
          x={x}
          y={segment.y}
          width={width}
          // A gap between the parts, where there is room for one.
          height={segment.height > 3 ? segment.height - 1 : segment.height}
        />
      ))}
      {column.note !== undefined && (
        <circle
          className={styles['mark']}
          cx={middle}
          cy={Math.max(4, top - 7)}
          r={Math.min(3, Math.max(1.25, step / 2 - 0.5))}
        />
      )}
      {hasTick && (
        <text className={styles['tick']} x={middle} y={bottom + 18} textAnchor="middle">
          {column.tick}
        </text>
      )}
    </g>
  );
});

/** "29 Nov, 14:00: 12 issued, 3 refused. In all 15." */
function spoken({ name, parts, total, note }: Column, series: readonly Series[]): string {
  const values = parts.flatMap(({ height, text }, index) =>
    height > 0 ? [`${series[index]?.name ?? ''} ${text}`] : [],
  );
  const notes = note === undefined ? '' : ` ${note}`;
  return `${name}: ${values.length === 0 ? 'nothing' : values.join(', ')}. In all ${total}.${notes}`;
}
