import { scaleBand, scaleLinear } from 'd3-scale';
import { stack } from 'd3-shape';
import type { Column, Series } from './chart-types.ts';

export const HEIGHT = 240;
export const MARGIN = { top: 14, right: 8, bottom: 26, left: 58 };
const TICK_WIDTH = 76;
const Y_TICKS = 4;
/** Every so many columns have their time below: parts and multiples of a day of hours. */
const TICK_STEPS = [1, 2, 3, 4, 6, 8, 12, 24, 48, 72, 96, 168];

type Segment = {
  readonly series: Series;
  readonly y: number;
  readonly height: number;
};

export type Bar = {
  readonly column: Column;
  readonly x: number;
  readonly width: number;
  /** The width of the column with its gap: what is pointed at. */
  readonly step: number;
  readonly top: number;
  readonly segments: readonly Segment[];
  readonly hasTick: boolean;
};

export type Layout = {
  readonly bars: readonly Bar[];
  readonly yTicks: readonly { readonly value: number; readonly y: number }[];
  readonly bottom: number;
};

/** Where everything of a stacked chart is drawn, in pixels. */
export function layOut(series: readonly Series[], columns: readonly Column[], width: number): Layout {
  const bottom = HEIGHT - MARGIN.bottom;
  const right = Math.max(MARGIN.left + 1, width - MARGIN.right);
  const sums = columns.map(({ parts }) => parts.reduce((sum, { height }) => sum + height, 0));
  const y = scaleLinear([0, Math.max(0, ...sums) || 1], [bottom, MARGIN.top]).nice(Y_TICKS);
  const room = (right - MARGIN.left) / Math.max(1, columns.length);
  const x = scaleBand<number>(
    columns.map((_, index) => index),
    [MARGIN.left, right],
  ).padding(room < 4 ? 0 : 0.18);
  const stacked = stack<Column, number>()
    .keys(series.keys())
    .value(({ parts }, index) => parts[index]?.height ?? 0)(columns);
  const every = TICK_STEPS.find((step) => step * room >= TICK_WIDTH) ?? columns.length;
  const bars = columns.map((column, index) => ({
    column,
    x: x(index) ?? 0,
    width: Math.max(0.5, Math.min(x.bandwidth(), 72)),
    step: x.step(),
    top: y(sums[index] ?? 0),
    segments: stacked.flatMap((layer, layerIndex) => {
      const [low = 0, high = 0] = layer[index] ?? [];
      const one = series[layerIndex];
      return one === undefined || high <= low ? [] : [{ series: one, y: y(high), height: y(low) - y(high) }];
    }),
    hasTick: index % every === 0,
  }));
  return { bars, yTicks: y.ticks(Y_TICKS).map((value) => ({ value, y: y(value) })), bottom };
}
