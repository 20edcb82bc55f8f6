import { formatWall } from '../../ui/zoned-time.ts';
import { csvOf } from './columns.ts';
import { download } from './download.ts';
import type { Report } from './use-report.ts';

/** Saves the rows and columns that are shown, as a file that is named after the period. */
export function saveReport({ request: { unit, groups, period }, rows }: Report, withDetail: boolean): void {
  const { from, to, zone } = period;
  const day = (at: number) => formatWall(at, zone).replace('T00:00', '').replace(':', '');
  const name = `usage-${day(from)}-to-${day(to)}-${zone.replace(/[^A-Za-z0-9]+/g, '-')}.csv`;
  download(csvOf({ unit, groups, zone, rows, withDetail }), name, 'text/csv;charset=utf-8');
}
