import {
  dimensionColumns,
  haveOneTime,
  positionOf,
  type UsageDimension,
  type UsageFilter,
  type UsageRow,
  usageDimensions,
} from '../usage/usage-query.ts';
import { ApplicationType } from './application.ts';
import { builder } from './builder.ts';
import { readPage, toConnection } from './connection.ts';
import type { Context } from './context.ts';
import { cost, type PageSize } from './declared-cost.ts';
import { BadInputError } from './errors.ts';
import { groupCursors } from './group-cursor.ts';
import type { Instant } from './instant.ts';
import { atMost } from './list-limit.ts';
import { forwardPages } from './page-arguments.ts';
import { readPeriod } from './report-period.ts';
import { UsageTotalsType } from './usage-totals.ts';
import { UserType } from './user-ref.ts';

/** A report before it is read. Totals and rows are read only when they are selected. */
export type UsageReport = {
  /** The name that the cursors of its rows are bound to. */
  readonly listing: string;
  readonly filter: UsageFilter;
  readonly dimensions: readonly UsageDimension[];
};

export const UsageDimensionEnum = builder.enumType('UsageDimension', {
  description: 'What the rows of a report are grouped by.',
  values: {
    USER: { description: 'The user of the session.' },
    APPLICATION: { description: 'The application that asked for the session.' },
    MODEL: { description: 'The model that was used.' },
    PROVIDER: { description: 'The provider of the session, e.g. "openai".' },
    HOUR: { description: 'The hour, in the time zone of the report.' },
    DAY: {
      description:
        'The day, in the time zone of the report. It has 23 or 25 hours when the clocks are changed.',
    },
    MONTH: { description: 'The calendar month, in the time zone of the report.' },
  } satisfies Record<UsageDimension, object>,
});

/** The options of the argument groupBy. */
export const groupByOptions = atMost(
  usageDimensions.length,
  'What the rows are grouped by, with at most one of HOUR, DAY and MONTH. Default: one row.',
);

const UsageRowType = builder.objectRef<UsageRow>('UsageRow').implement({
  description: 'One group of the report: the values of its dimensions, and its totals.',
  fields: (t) => ({
    user: t.field({
      type: UserType,
      nullable: true,
      description: 'The user of the group. Null unless the report is grouped by USER.',
      resolve: ({ userId }, _args, { reader }) => (userId === null ? null : reader.user(userId)),
    }),
    application: t.field({
      type: ApplicationType,
      nullable: true,
      description: 'The application of the group. Null unless the report is grouped by APPLICATION.',
      resolve: ({ applicationId }, _args, { reader }) =>
        applicationId === null ? null : reader.application(applicationId),
    }),
    model: t.exposeString('model', {
      nullable: true,
      description: 'The model of the group. Null unless the report is grouped by MODEL.',
    }),
    provider: t.exposeString('provider', {
      nullable: true,
      description: 'The provider of the group. Null unless the report is grouped by PROVIDER.',
    }),
    start: t.expose('start', {
      type: 'DateTime',
      nullable: true,
      description: 'The start of the hour, day or month. Null unless the report is grouped by one of them.',
    }),
    sessionsIssued: t.exposeInt('sessionsIssued', {
      description:
        'The number of sessions of the group that were issued in its time, including those without reported usage.',
    }),
    totals: t.field({
      type: UsageTotalsType,
      description: 'The usage of this group.',
      // They are read together with their row.
      extensions: cost({ own: 0 }),
      resolve: ({ totals }) => totals,
    }),
  }),
});

export const MAX_ROWS = 1000;
/** Larger than other pages: rows are short, and a year of days should fit in a few. */
export const ROWS_PAGE: PageSize = { size: 100, most: MAX_ROWS };

const UsageRowConnection = builder.connectionObject(
  { type: UsageRowType, name: 'UsageRowConnection' },
  { name: 'UsageRowEdge' },
);

export const UsageReportType = builder.objectRef<UsageReport>('UsageReport').implement({
  description:
    'The usage between two times. Hours, days and months begin in timeZone. from and to may be any times; they are exact to the microsecond.',
  fields: (t) => ({
    from: t.field({
      type: 'DateTime',
      description: 'The start, inclusive.',
      resolve: ({ filter }) => new Date(filter.from),
    }),
    to: t.field({
      type: 'DateTime',
      description: 'The end, exclusive.',
      resolve: ({ filter }) => new Date(filter.to),
    }),
    timeZone: t.string({
      description: 'The time zone in which hours, days and months begin.',
      resolve: ({ filter }) => filter.timeZone,
    }),
    totals: t.field({
      type: UsageTotalsType,
      description: 'The totals of all rows. They are exact, to the last digit of the costs.',
      resolve: ({ filter }, _args, { reader }) => reader.usageTotals(filter),
    }),
    rows: t.field({
      type: UsageRowConnection,
      description:
        'One row for each group that has usage or an issued session. Sorted by start, then by user, application, model and provider.',
      ...forwardPages(t.arg, ROWS_PAGE),
      resolve: async ({ listing, filter, dimensions }, args, { reader }) => {
        const cursors = groupCursors(dimensions.map((dimension) => dimensionColumns[dimension].kind));
        const page = readPage(listing, cursors, args, ROWS_PAGE);
        const rows = await reader.usageRows(filter, dimensions, page);
        const edges = rows.map((node) => ({ node, position: positionOf(node, dimensions) }));
        return toConnection(listing, cursors, page, edges);
      },
    }),
  }),
});

type ReportArguments = {
  readonly from: Instant;
  readonly to: Instant;
  readonly timeZone?: string | null | undefined;
  readonly groupBy?: readonly UsageDimension[] | null | undefined;
};

/**
 * Checks the arguments of a report.
 * @param field the field that returns it, to which the cursors of its rows are bound
 * @param prefix what precedes the names of its arguments in messages, e.g. "filter."
 * @param only the users, applications and models that it is restricted to; null is all
 * @throws BadInputError naming the argument that cannot be used
 */
export async function reportOf(
  field: string,
  prefix: string,
  { groupBy, ...time }: ReportArguments,
  only: Pick<UsageFilter, 'userIds' | 'applicationIds' | 'models'>,
  context: Context,
): Promise<UsageReport> {
  const period = await readPeriod(prefix, time, context);
  const dimensions = usageDimensions.filter((dimension) => groupBy?.includes(dimension));
  if (!haveOneTime(dimensions)) throw new BadInputError('groupBy', 'can have one of HOUR, DAY and MONTH');
  const listing = `${field}/${dimensions.join(',')}`;
  return { listing, filter: { ...period, ...only }, dimensions };
}
