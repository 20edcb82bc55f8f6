import type { Cell } from './measure.ts';
import type { RoundTrips } from './round-trips.ts';

const AIMS = { p50AtOne: 1.6, rateAtSixtyFour: 0.65, roundTrips: 2 };

const HEAD = [
  'upstream',
  'connections',
  'server',
  'p50 ms',
  'p99 ms',
  'mints/s',
  'p50 / bare',
  'mints/s / bare',
  'added p50 ms',
  'server CPU µs',
  'generator CPU',
  'machine',
  'others',
];

/** The table, and what it says of the aims. */
export function report(cells: readonly Cell[], counted: readonly RoundTrips[]): string {
  const rows = cells.map((cell) => row(cell, cells));
  return [
    table([HEAD, ...rows]),
    '',
    'added p50: over calling the upstream directly. server CPU: of the server process, a mint. generator CPU: share of',
    'one core; near 100 % the generator is what is measured. machine: share of all cores that was used, others: by what',
    'does not belong to this benchmark; above some percent the numbers are not worth keeping.',
    '',
    'PostgreSQL, round trips a mint (counted on the wire, one mint at a time):',
    ...counted.map(
      ({ name, roundTrips, own }) =>
        `  ${name}: ${own.length} (${own.map((statement) => statement || 'unnamed').join(', ')}); with the periodic work of that time ${roundTrips.toFixed(2)}`,
    ),
    '',
    ...aims(cells, counted),
    '',
  ].join('\n');
}

function row(cell: Cell, cells: readonly Cell[]): string[] {
  const { latencyMs, connections, server, median } = cell;
  const bare = beside(cell, cells, 'bare');
  const direct = beside(cell, cells, 'upstream');
  const isGateway = server.kind === 'gateway';
  return [
    `${latencyMs} ms`,
    String(connections),
    server.name,
    median.p50.toFixed(2),
    median.p99.toFixed(2),
    median.mintsPerSecond.toFixed(0),
    isGateway && bare ? (median.p50 / bare.p50).toFixed(2) : '',
    isGateway && bare ? (median.mintsPerSecond / bare.mintsPerSecond).toFixed(2) : '',
    direct && server.kind !== 'upstream' ? (median.p50 - direct.p50).toFixed(2) : '',
    median.serverMicroseconds?.toFixed(0) ?? '',
    percent(median.generatorShare),
    percent(median.machineShare),
    percent(median.othersShare),
  ];
}

function percent(share: number | null): string {
  return share === null ? '' : `${(share * 100).toFixed(0)} %`;
}

function aims(cells: readonly Cell[], counted: readonly RoundTrips[]): string[] {
  const gateways = cells.filter(({ server, latencyMs }) => server.kind === 'gateway' && latencyMs === 0);
  const lines = gateways.flatMap((cell) => {
    const bare = beside(cell, cells, 'bare');
    const { name } = cell.server;
    if (bare === undefined) return [];
    if (cell.connections === 1) {
      const ratio = cell.median.p50 / bare.p50;
      return [verdict(`${name}: p50 at 1 connection, of the bare server's`, ratio, '<=', AIMS.p50AtOne)];
    }
    const ratio = cell.median.mintsPerSecond / bare.mintsPerSecond;
    return cell.connections === 64
      ? [
          verdict(
            `${name}: mints/s at 64 connections, of the bare server's`,
            ratio,
            '>=',
            AIMS.rateAtSixtyFour,
          ),
        ]
      : [];
  });
  const trips = counted.map(({ name, own }) =>
    verdict(`${name}: round trips a mint`, own.length, '<=', AIMS.roundTrips),
  );
  return ['Aims:', ...lines, ...trips];
}

function verdict(what: string, value: number, direction: '<=' | '>=', aim: number): string {
  const rounded = Math.round(value * 100) / 100;
  const met = direction === '<=' ? rounded <= aim : rounded >= aim;
  return `  ${met ? 'met   ' : 'MISSED'} ${what}: ${rounded.toFixed(2)} (aim ${direction} ${aim})`;
}

function beside({ latencyMs, connections }: Cell, cells: readonly Cell[], name: string) {
  return cells.find(
    (cell) => cell.latencyMs === latencyMs && cell.connections === connections && cell.server.name === name,
  )?.median;
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  return rows
    .map((cells) => cells.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  '))
    .join('\n');
}
