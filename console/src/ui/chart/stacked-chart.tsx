import { type KeyboardEvent, useId, useMemo, useRef, useState } from 'react';
import { ChartBar } from './chart-bar.tsx';
import type { Column, Series } from './chart-types.ts';
import { HEIGHT, layOut, MARGIN } from './layout.ts';
import { Readout, type SeriesNote } from './readout.tsx';
import styles from './stacked-chart.module.css';
import { useWidth } from './use-width.ts';

type Props = {
  readonly title: string;
  readonly description: string;
  readonly series: readonly Series[];
  readonly columns: readonly Column[];
  /** The numbers beside the axis. Empty where there should be none, e.g. half a session. */
  readonly formatTick: (value: number) => string;
  /** What the mark above a bar with a note means. */
  readonly mark?: string;
  /** What the legend says while no bar is pointed at. */
  readonly whole?: { readonly name: string; readonly notes: readonly SeriesNote[]; readonly total: string };
};

/**
 * Stacked bars. One of them is in the tab order; arrows go to the next, and what is pointed at or focused is read out in
 * the legend. Whoever shows it shows a table of the same numbers, too.
 */
export function StackedChart({ title, description, series, columns, formatTick, mark, whole }: Props) {
  const id = useId();
  const [frame, width] = useWidth();
  const svg = useRef<SVGSVGElement>(null);
  const [active, setActive] = useState<string | null>(null);
  const [focusable, setFocusable] = useState<string | null>(null);
  const { bars, yTicks, bottom } = useMemo(() => layOut(series, columns, width), [series, columns, width]);
  const tabStop = Math.max(
    0,
    columns.findIndex(({ key }) => key === focusable),
  );

  function onKeyDown(event: KeyboardEvent<SVGSVGElement>) {
    const next = nextIndex(event.key, tabStop, columns.length);
    if (event.key === 'Escape') setActive(null);
    if (next === null) return;
    event.preventDefault();
    const bar = svg.current?.querySelectorAll<SVGGElement>('[data-bar]')[next];
    bar?.focus();
  }

  return (
    <figure className={styles['chart']}>
      <div ref={frame} className={styles['frame']}>
        {/* biome-ignore lint/a11y/useSemanticElements: there is no fieldset in SVG */}
        <svg
          ref={svg}
          width={width}
          height={HEIGHT}
          role="group"
          aria-labelledby={`${id}-title`}
          aria-describedby={`${id}-desc`}
          onKeyDown={onKeyDown}
          onPointerLeave={() => setActive(null)}
        >
          <title id={`${id}-title`}>{title}</title>
          <desc id={`${id}-desc`}>{description}</desc>
          {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: it cannot be focused */}
          <g aria-hidden="true">
            {yTicks
              .filter(({ value }) => formatTick(value) !== '')
              .map((tick) => (
                <g key={tick.value}>
                  <line
                    className={styles['grid']}
                    x1={MARGIN.left}
                    x2={Math.max(MARGIN.left, width - MARGIN.right)}
                    y1={tick.y}
                    y2={tick.y}
                  />
                  <text className={styles['tick']} x={MARGIN.left - 8} y={tick.y + 4} textAnchor="end">
                    {formatTick(tick.value)}
                  </text>
                </g>
              ))}
          </g>
          {bars.map((bar, index) => (
            <ChartBar
              key={bar.column.key}
              bar={bar}
              bottom={bottom}
              isActive={active === bar.column.key}
              isTabStop={index === tabStop}
              series={series}
              onActive={setActive}
              onFocus={setFocusable}
            />
          ))}
        </svg>
      </div>
      <Readout
        series={series}
        column={columns.find(({ key }) => key === active)}
        mark={mark !== undefined && columns.some(({ note }) => note !== undefined) ? mark : null}
        whole={whole}
      />
    </figure>
  );
}

function nextIndex(key: string, index: number, length: number): number | null {
  switch (key) {
    case 'ArrowRight':
      return Math.min(length - 1, index + 1);
    case 'ArrowLeft':
      return Math.max(0, index - 1);
    case 'Home':
      return 0;
    case 'End':
      return length - 1;
    default:
      return null;
  }
}
