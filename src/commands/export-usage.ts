import type { Writable } from 'node:stream';
import type pg from 'pg';
import type { Database } from '../platform/database/database.ts';
import { fromUnits, toUnits } from '../platform/validation/decimal.ts';
import type { InputIssue } from '../platform/validation/input-issue.ts';
import { createReader } from '../reader.db.ts';
import type { Reader } from '../reader.ts';
import { findPeriods } from '../usage/split-periods.db.ts';
import { canonicalTimeZone } from '../usage/time-zone.ts';
import { tokenKinds, type UsageTotals } from '../usage/usage.ts';
import {
  dimensionColumns,
  haveOneTime,
  isTime,
  positionOf,
  type UsageDimension,
  type UsageFilter,
  type UsagePosition,
  type UsageRow,
  usageDimensions,
} from '../usage/usage-query.ts';
import { type Cell, csvLine } from './csv.ts';
import { createLocalTimeFormat } from './format-local-time.ts';
import { usageRowJson } from './usage-row-json.ts';
import { writeLines } from './write-lines.ts';

const PAGE = 1000;

export type UsageExportOptions = {
  /** In. */
  readonly from: Date;
  /** Out. */
  readonly to: Date;
  /** Where hours, days and months begin: an IANA name or alias in any letter case. */
  readonly timeZone: string;
  readonly by: readonly UsageDimension[];
  /** By name; all of them without it. */
  readonly application?: string | undefined;
  /** By external id; all of them without it. */
  readonly user?: string | undefined;
  /** Lines of JSON instead of CSV. */
  readonly json?: boolean;
  /** The key of the label that rows can be of. */
  readonly labelKey?: string | undefined;
};

/** What the rows that were written add up to. Decimals are exact. */
export type Exported = {
  readonly rows: number;
  readonly responses: number;
  readonly sessions: number;
  readonly totalTokens: number;
  readonly costKnownUsd: string;
  readonly unpriced: number;
};

export type ExportUsageResult =
  | ({ readonly kind: 'exported' } & Exported)
  /** Who reads has read enough. */
  | ({ readonly kind: 'cut_off' } & Exported)
  | { readonly kind: 'invalid'; readonly issues: readonly InputIssue[] };

type Ports = {
  readonly database: Database;
  readonly output: Writable;
  readonly onProgress: (rows: number) => void;
};

/**
 * Writes a report of usage, as CSV with a header or as lines of JSON: a row for each combination in which something was used or a session
 * issued, page by page. Waits for who reads.
 */
export async function exportUsage(
  { database, output, onProgress }: Ports,
  options: UsageExportOptions,
): Promise<ExportUsageResult> {
  // What a reader has looked up it remembers: each page has its own.
  const openReader = () => createReader(database, { reach: 'EVERYTHING' });
  const { filter, issues } = await filterOf(openReader(), options);
  if (issues.length > 0) return { kind: 'invalid', issues };
  const dimensions = usageDimensions.filter((dimension) => options.by.includes(dimension));
  const formatTime = createLocalTimeFormat(options.timeZone);
  let sum = NOTHING;
  async function* lines(): AsyncGenerator<string> {
    if (options.json !== true)
      yield csvLine([
        ...dimensions.map((dimension) => dimensionColumns[dimension].heading),
        ...AMOUNTS.map(([name]) => name),
      ]);
    for await (const { rows, reader } of pages(database.pool, openReader, filter, dimensions)) {
      const texts = rows.map(async (row) =>
        options.json === true
          ? `${JSON.stringify(await usageRowJson(row, reader))}\n`
          : csvLine([
              ...(await Promise.all(
                dimensions.map((dimension) => cellOf(dimension, row, reader, formatTime)),
              )),
              ...AMOUNTS.map(([, read]) => read(row)),
            ]),
      );
      yield (await Promise.all(texts)).join('');
      sum = rows.reduce(added, sum);
      onProgress(sum.rows);
    }
  }
  const whole = await writeLines(lines(), output);
  return { kind: whole ? 'exported' : 'cut_off', ...sum };
}

const NOTHING: Exported = {
  rows: 0,
  responses: 0,
  sessions: 0,
  totalTokens: 0,
  costKnownUsd: '0',
  unpriced: 0,
};

async function filterOf(
  reader: Pick<Reader, 'applications' | 'userByExternalId' | 'findTimeZone'>,
  { from, to, timeZone, by, application: name, user: externalId, labelKey }: UsageExportOptions,
): Promise<{ filter: UsageFilter; issues: readonly InputIssue[] }> {
  const application =
    name === undefined ? null : (await reader.applications()).find((one) => one.name === name);
  const user = externalId === undefined ? null : ((await reader.userByExternalId(externalId)) ?? undefined);
  // The offsets in the file come from Intl, the beginnings of days from the database: both must know the zone.
  const zone = canonicalTimeZone(timeZone) === null ? null : await reader.findTimeZone(timeZone);
  const problems = [
    ['to', to <= from && 'must be after --from: nothing lies between'],
    ['time-zone', zone === null && 'must be an IANA time zone, e.g. Europe/Amsterdam'],
    ['by', !haveOneTime(by) && 'can have one of hour, day and month'],
    [
      'by',
      by.includes('LABEL') &&
        labelKey === undefined &&
        'can have label only where GATEHOUSE_USAGE_LABEL names one',
    ],
    ['application', application === undefined && 'names no application that there is'],
    ['user', user === undefined && 'names no user that there is'],
  ] as const;
  return {
    issues: problems.flatMap(([option, message]) => (message === false ? [] : [{ path: [option], message }])),
    filter: {
      from: from.getTime(),
      to: to.getTime(),
      timeZone: zone ?? 'UTC',
      userIds: user == null ? null : [user.id],
      applicationIds: application == null ? null : [application.id],
      models: null,
      labelKey,
    },
  };
}

type Page = { readonly rows: readonly UsageRow[]; readonly reader: Reader };

/** A page is found by looking at all that is beyond it: what comes by time is read a day, or a month, at a time. */
async function* pages(
  pool: pg.Pool,
  openReader: () => Reader,
  filter: UsageFilter,
  dimensions: readonly UsageDimension[],
): AsyncGenerator<Page> {
  const byDay = dimensions.includes('USER') && !dimensions.includes('MONTH');
  const periods = dimensions.some(isTime)
    ? await findPeriods(pool, byDay ? 'day' : 'month', filter)
    : [filter];
  for (const period of periods) yield* pagesOf(openReader, { ...filter, ...period }, dimensions);
}

async function* pagesOf(
  openReader: () => Reader,
  filter: UsageFilter,
  dimensions: readonly UsageDimension[],
): AsyncGenerator<Page> {
  let after: UsagePosition | null = null;
  for (let more = true; more; ) {
    const reader = openReader();
    const found: UsageRow[] = await reader.usageRows(filter, dimensions, { limit: PAGE, after });
    const rows = found.slice(0, PAGE);
    if (rows.length > 0) yield { rows, reader };
    const last = rows.at(-1);
    more = last !== undefined && found.length > PAGE;
    after = last === undefined ? after : positionOf(last, dimensions);
  }
}

async function cellOf(
  dimension: UsageDimension,
  { start, userId, applicationId, model, provider, label }: UsageRow,
  reader: Pick<Reader, 'user' | 'application'>,
  formatTime: (time: Date) => string,
): Promise<Cell> {
  const { field } = dimensionColumns[dimension];
  switch (field) {
    case 'start':
      return start === null ? '' : formatTime(start);
    case 'userId':
      // An erased user has no external id.
      return { text: (userId === null ? null : await reader.user(userId))?.externalId ?? '' };
    case 'applicationId':
      return { text: (applicationId === null ? null : await reader.application(applicationId))?.name ?? '' };
    case 'model':
      return { text: model ?? '' };
    case 'provider':
      return { text: provider ?? '' };
    case 'label':
      return { text: label ?? '' };
    default:
      return field satisfies never;
  }
}

const AMOUNTS: readonly (readonly [name: string, read: (row: UsageRow) => Cell])[] = [
  ['sessions_issued', ({ sessionsIssued }) => sessionsIssued],
  ['responses', ({ totals }) => totals.responses],
  ...tokenKinds.map((kind) => [snakeCase(kind), ({ totals }: UsageRow) => totals[kind]] as const),
  ['total_tokens', ({ totals }) => totals.totalTokens],
  ['transcription_seconds', ({ totals }) => totals.transcriptionSeconds],
  // Unknown is not zero.
  ['cost_usd', ({ totals }) => totals.costUsd ?? ''],
  ['known_cost_usd', ({ totals }) => totals.costKnownUsd],
  ['unpriced_responses', ({ totals }) => totals.unpriced],
  ['unpriced_models', ({ totals }) => ({ text: unpricedModels(totals) })],
  ['estimated_cost_usd', ({ totals }) => totals.costEstimatedUsd],
];

function unpricedModels({ costUnknownFor, costUnknownForMore }: UsageTotals): string {
  const more = costUnknownForMore > 0 ? [`and ${costUnknownForMore} more`] : [];
  return [...costUnknownFor, ...more].join('; ');
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function added(sum: Exported, { sessionsIssued, totals }: UsageRow): Exported {
  return {
    rows: sum.rows + 1,
    responses: sum.responses + totals.responses,
    sessions: sum.sessions + sessionsIssued,
    totalTokens: sum.totalTokens + totals.totalTokens,
    costKnownUsd: plus(sum, totals),
    unpriced: sum.unpriced + totals.unpriced,
  };
}

function plus(sum: Pick<Exported, 'costKnownUsd'>, totals: Pick<UsageTotals, 'costKnownUsd'>): string {
  return fromUnits((toUnits(sum.costKnownUsd) ?? 0n) + (toUnits(totals.costKnownUsd) ?? 0n));
}
