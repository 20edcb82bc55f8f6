import { median as medianOf } from '../rounds.ts';
import type { Cell } from './measure.ts';
import { BEFORE } from './options.ts';
import type { RoundTrips } from './round-trips.ts';

const AIMS = { p50AtOne: 1.35, rateOfBefore: 2.5, statementsMs: 0.9, serverMs: 1, roundTrips: 2 };
// On the machine for which the numbers of milliseconds were set, 33672e0 took 2.6 ms of statements and up to 1.9 ms of its own.
const AIMS_OF_BEFORE = { statements: 0.9 / 2.6, server: 1 / 1.9 };

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
  'PostgreSQL CPU µs',
  'statements ms',
  'of it planning',
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
    'added p50: over calling the upstream directly. server CPU: of the server process, a mint; PostgreSQL CPU: of all its',
    'processes, the periodic work of all gateways included. statements: of each mint, by pg_stat_statements, planning and',
    'execution. generator CPU: share of one core; near 100 % the generator is what is measured. machine: share of all cores',
    'that was used, others: by what does not belong to this benchmark; above some percent the numbers are not worth keeping.',
    '',
    ...besideBefore(cells),
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
    median.databaseMicroseconds?.toFixed(0) ?? '',
    statementsMs(median)?.toFixed(2) ?? '',
    median.planningMs?.toFixed(2) ?? '',
    percent(median.generatorShare),
    percent(median.machineShare),
    percent(median.othersShare),
  ];
}

function percent(share: number | null): string {
  return share === null ? '' : `${(share * 100).toFixed(0)} %`;
}

function statementsMs({ planningMs, executionMs }: Cell['median']): number | null {
  return planningMs === null || executionMs === null ? null : planningMs + executionMs;
}

/** Mints a second of each gateway as a multiple of the other checkout's, round by round. */
function besideBefore(cells: readonly Cell[]): string[] {
  const lines = cells.flatMap((cell) => {
    const ratio = ratioToBefore(cell, cells);
    return ratio === null
      ? []
      : [
          `  upstream ${cell.latencyMs} ms, ${cell.connections} connections, ${cell.server.name}: ${ratio.toFixed(2)} times`,
        ];
  });
  return lines.length === 0
    ? []
    : [`mints/s, of ${BEFORE} (median of the ratios of the rounds):`, ...lines, ''];
}

/** A value of a gateway as a share of the other checkout's: the median of the rounds. Null where there is none. */
function ratioToBefore(
  cell: Cell,
  cells: readonly Cell[],
  metric: (median: Cell['median']) => number | null = ({ mintsPerSecond }) => mintsPerSecond,
): number | null {
  const before = cellBeside(cell, cells, BEFORE);
  if (before === undefined || cell.server.kind !== 'gateway' || cell === before) return null;
  const ratios = cell.rounds.flatMap((round, index) => {
    const other = before.rounds[index];
    const [value, base] = [metric(round), other === undefined ? null : metric(other)];
    return value === null || base === null ? [] : [value / base];
  });
  return ratios.length === 0 ? null : medianOf(ratios);
}

function aims(cells: readonly Cell[], counted: readonly RoundTrips[]): string[] {
  const gateways = cells.filter(
    ({ server, latencyMs }) => server.kind === 'gateway' && server.name !== BEFORE && latencyMs === 0,
  );
  const lines = gateways.flatMap((cell) => {
    const bare = beside(cell, cells, 'bare');
    const { name } = cell.server;
    if (cell.connections === 1 && bare !== undefined) {
      const ratio = cell.median.p50 / bare.p50;
      return [verdict(`${name}: p50 at 1 connection, of the bare server's`, ratio, '<=', AIMS.p50AtOne)];
    }
    if (cell.connections !== 64) return [];
    const ownMs = ({ serverMicroseconds }: Cell['median']) =>
      serverMicroseconds === null ? null : serverMicroseconds / 1000;
    const { statements, server } = AIMS_OF_BEFORE;
    return [
      ...verdictOf(
        `${name}: mints/s at 64 connections, of ${BEFORE}`,
        ratioToBefore(cell, cells),
        '>=',
        AIMS.rateOfBefore,
      ),
      ...verdictOf(`${name}: ms of statements a mint`, statementsMs(cell.median), '<=', AIMS.statementsMs),
      ...verdictOf(
        `${name}: the same, of ${BEFORE}`,
        ratioToBefore(cell, cells, statementsMs),
        '<=',
        statements,
      ),
      ...verdictOf(`${name}: ms of its own CPU a mint`, ownMs(cell.median), '<=', AIMS.serverMs),
      ...verdictOf(`${name}: the same, of ${BEFORE}`, ratioToBefore(cell, cells, ownMs), '<=', server),
    ];
  });
  const trips = counted.map(({ name, own }) =>
    verdict(`${name}: round trips a mint`, own.length, '<=', AIMS.roundTrips),
  );
  return ['Aims:', ...lines, ...trips];
}

/** Nothing where it was not measured. */
function verdictOf(what: string, value: number | null, direction: '<=' | '>=', aim: number): string[] {
  return value === null ? [] : [verdict(what, value, direction, aim)];
}

function verdict(what: string, value: number, direction: '<=' | '>=', aim: number): string {
  const rounded = Math.round(value * 100) / 100;
  const met = direction === '<=' ? rounded <= aim : rounded >= aim;
  return `  ${met ? 'met   ' : 'MISSED'} ${what}: ${rounded.toFixed(2)} (aim ${direction} ${Number(aim.toFixed(2))})`;
}

function beside(cell: Cell, cells: readonly Cell[], name: string) {
  return cellBeside(cell, cells, name)?.median;
}

function cellBeside({ latencyMs, connections }: Cell, cells: readonly Cell[], name: string) {
  return cells.find(
    (cell) => cell.latencyMs === latencyMs && cell.connections === connections && cell.server.name === name,
  );
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  return rows
    .map((cells) => cells.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  '))
    .join('\n');
}
