import { median } from '../rounds.ts';
import type { Loaded, Taken, Visit } from './visit.ts';

const LIMIT_KB = 200;
const HEAD = [
  'step',
  'aim ms',
  'median ms',
  'worst ms',
  'queries',
  'worst',
  'console adds',
  'page CPU ms',
  'requests',
  'slowest query',
  'alone',
];

/** What was loaded, and a table of the steps. */
export function report(visits: readonly Visit[], version: string): string {
  const steps = visits[0]?.taken.map(({ step }) => step.name) ?? [];
  const lines = steps.map((name) =>
    row(visits.flatMap(({ taken }) => taken.filter((one) => one.step.name === name))),
  );
  return [
    `Chromium ${version}, ${visits.length} rounds`,
    `first load: ${loads(visits.map(({ first }) => first))}; the limit is ${LIMIT_KB} KB`,
    `until sessions are shown: ${loads(visits.map(({ sessions }) => sessions))}`,
    '',
    ...table([HEAD, ...lines]),
    '',
    'queries: the same GraphQL queries, asked at once by fetch in the same page right after, when what they read is in memory;',
    'until those that the step waits for are answered. console adds: median of the difference. alone: its slowest query by',
    'itself. page CPU: of the main thread of the page, which is the same on a busy machine. Each page is opened for the first',
    'time, so that its script is loaded, too.',
    '',
  ].join('\n');
}

function row(taken: readonly Taken[]): string[] {
  const [first] = taken;
  if (first === undefined) return [];
  const { name, aimMs } = first.step;
  const byConsole = taken.map(({ consoleMs }) => consoleMs);
  const byQueries = taken.map(({ queriesMs }) => queriesMs);
  const [query, alone] = slowest(taken);
  return [
    name,
    aimMs === null ? '' : String(aimMs),
    ...[median(byConsole), Math.max(...byConsole), median(byQueries), Math.max(...byQueries)].map(whole),
    whole(median(taken.map(({ consoleMs, queriesMs }) => consoleMs - queriesMs))),
    whole(median(taken.map(({ pageCpuMs }) => pageCpuMs))),
    whole(Math.max(...taken.map(({ requests }) => requests))),
    query,
    whole(alone),
  ];
}

/** The query whose median is the longest. */
function slowest(taken: readonly Taken[]): readonly [query: string, milliseconds: number] {
  const names = new Set(taken.flatMap(({ alone }) => [...alone.keys()]));
  const medians = Array.from(names, (query) => {
    const times = taken.map(({ alone }) => alone.get(query)).filter((time) => time !== undefined);
    return [query, median(times)] as const;
  });
  return medians.toSorted(([, a], [, b]) => b - a)[0] ?? ['', Number.NaN];
}

function loads(loaded: readonly Loaded[]): string {
  const kilobytes = Math.max(...loaded.map(({ bytes }) => bytes)) / 1000;
  const requests = Math.max(...loaded.map((one) => one.requests));
  return `${kilobytes.toFixed(1)} KB over the wire, compressed, with headers, in ${requests} requests`;
}

function whole(milliseconds: number): string {
  return milliseconds.toFixed(0);
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  return rows.map(([name = '', ...cells]) =>
    [name.padEnd(widths[0] ?? 0), ...cells.map((cell, at) => cell.padStart(widths[at + 1] ?? 0))].join('  '),
  );
}
