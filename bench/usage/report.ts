import type { Measured } from './measure.ts';

const HEAD = [
  'report',
  'rows',
  'median ms',
  'longest ms',
  'count ms',
  'of count',
  'records ms',
  'of records',
];

/** The table: each report beside its baselines. */
export function report(measured: readonly Measured[]): string {
  const rows = measured.map(({ name, rows: count, ...times }) => [
    name,
    String(count),
    times.report.toFixed(1),
    times.longest.toFixed(1),
    times.count.toFixed(1),
    (times.report / times.count).toFixed(2),
    times.records.toFixed(1),
    (times.report / times.records).toFixed(2),
  ]);
  const lines = [HEAD, ...rows];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  const padded = lines.map(([name = '', ...cells]) =>
    [name.padEnd(widths[0] ?? 0), ...cells.map((cell, at) => cell.padStart(widths[at + 1] ?? 0))].join('  '),
  );
  return [
    ...padded,
    '',
    'of count, of records: the report as a multiple of the baseline, whose median is of the same rounds. On a machine that',
    'others use too, these are worth more than the times.',
    '',
  ].join('\n');
}
