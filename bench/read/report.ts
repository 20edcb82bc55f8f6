import { ratioByRound } from '../rounds.ts';
import type { Cell } from './measure.ts';
import { isPeer, type TargetName } from './targets.ts';
import type { Measurement } from './task.ts';

const HEAD = [
  'query',
  'connections',
  'target',
  'requests/s',
  'of bare',
  'p50 ms',
  'p99 ms',
  'p99 of bare',
  'target CPU µs',
  'CPU of bare',
  'PostgreSQL CPU µs',
  'generator CPU',
  'others',
];

/** The table, and the gateway beside each peer. */
export function report(cells: readonly Cell[]): string {
  return [
    table([HEAD, ...cells.map((cell) => row(cell, cells))]),
    '',
    'of bare: the median of the ratios to the bare server in the same round. target CPU: of its process, a request;',
    'PostgreSQL CPU: of all its processes, a request. generator CPU: share of one core. others: share of all cores that',
    'was used by what does not belong to this benchmark; above some percent the numbers are not worth keeping.',
    '',
    ...besidePeers(cells),
    '',
  ].join('\n');
}

function row(cell: Cell, cells: readonly Cell[]): string[] {
  const { query, connections, target, rounds, median } = cell;
  const bare = beside(cell, cells, 'bare');
  const ofBare = (read: (measured: Measurement) => number | null) =>
    ratioByRound(rounds, bare?.rounds ?? [], read)?.toFixed(2) ?? '';
  return [
    query,
    String(connections),
    target.name,
    median.requestsPerSecond.toFixed(0),
    ofBare(({ requestsPerSecond }) => requestsPerSecond),
    median.p50.toFixed(1),
    median.p99.toFixed(1),
    ofBare(({ p99 }) => p99),
    median.serverMicroseconds?.toFixed(0) ?? '',
    ofBare(({ serverMicroseconds }) => serverMicroseconds),
    median.databaseMicroseconds?.toFixed(0) ?? '',
    percent(median.generatorShare),
    percent(median.othersShare),
  ];
}

function besidePeers(cells: readonly Cell[]): string[] {
  const gateways = cells.filter(({ target }) => target.name === 'gateway');
  const lines = gateways.flatMap((gateway) =>
    cells
      .filter((cell) => isPeer(cell.target.name) && beside(cell, [gateway], 'gateway') !== undefined)
      .map(({ query, connections, target, rounds }) => {
        const ratio = ratioByRound(gateway.rounds, rounds, ({ requestsPerSecond }) => requestsPerSecond);
        return `  query ${query}, ${connections} connections: ${ratio?.toFixed(2) ?? '?'} times ${target.name}`;
      }),
  );
  return lines.length === 0 ? [] : ["The gateway's requests/s:", ...lines];
}

function percent(share: number | null): string {
  return share === null ? '' : `${(share * 100).toFixed(0)} %`;
}

function beside({ query, connections }: Cell, cells: readonly Cell[], name: TargetName): Cell | undefined {
  return cells.find(
    (cell) => cell.query === query && cell.connections === connections && cell.target.name === name,
  );
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  return rows
    .map((cells) => cells.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  '))
    .join('\n');
}
