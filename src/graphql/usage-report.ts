import type { ArgBuilder } from '@pothos/core';
import type { Instant } from '../platform/validation/instant.ts';
import {
  dimensionColumns,
  haveOneTime,
  positionOf,
  sortKeys,
  type UsageDimension,
  type UsageFilter,
  type UsageOrder,
  type UsageRow,
  usageDimensions,
} from '../usage/usage-query.ts';
import { ApplicationType } from './application.ts';
import { type BuilderTypes, builder } from './builder.ts';
import { readPage, toConnection } from './connection.ts';
import type { Context } from './context.ts';
import { cost, type PageSize } from './declared-cost.ts';
import { BadInputError } from './errors.ts';
import { groupCursors } from './group-cursor.ts';
import { atMost } from './list-limit.ts';
import { forwardPages } from './page-arguments.ts';
import { readPeriod } from './report-period.ts';
import { UsageTotalsType } from './usage-totals.ts';
import { UserType } from './user-ref.ts';

export const TIME_ZONE =
  'The time zone in which hours, days and months begin: any IANA name or alias in any letter case, e.g. "Europe/Amsterdam" or what `Intl.DateTimeFormat().resolvedOptions().timeZone` says in a browser. Default UTC.';

/** A report before it is read. Totals and rows are read only when they are selected. */
export type UsageReport = {
  /** The name that the cursors of its rows are bound to. */
  readonly listing: string;
  /** As it was asked for; the filter has the database's name. */
  readonly timeZone: string;
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
    LABEL: {
      description:
        'The value of the one label of the session whose key the operator named (GATEHOUSE_USAGE_LABEL), e.g. a team. Refused where none is named.',
    },
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
    label: t.exposeString('label', {
      nullable: true,
      description:
        'The value of the label of the group. Null unless the report is grouped by LABEL, and for usage of sessions that have no such label, whose user was erased, or that retention dropped while another key was named.',
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

const UsageOrderEnum = builder.enumType('UsageOrder', {
  description: 'The order of the rows of a report.',
  values: {
    START: { description: 'By start, then by user, application, model, provider and label.' },
    COST_DESC: {
      description:
        'The highest costUsd first. Rows whose cost is not known come last, those with the highest costKnownUsd first.',
    },
    TOKENS_DESC: { description: 'The highest totalTokens first.' },
  } satisfies Record<UsageOrder, object>,
});

/** The options of the field `rows`: forward pages in an order. */
function rowPages(arg: ArgBuilder<BuilderTypes>) {
  const { args, extensions } = forwardPages(arg, ROWS_PAGE);
  const orderBy = arg({
    type: UsageOrderEnum,
    defaultValue: 'START',
    description: 'How the rows are sorted.',
  });
  return { args: { ...args, orderBy }, extensions };
}

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
      description:
        'The time zone in which hours, days and months begin: the name that was asked for, letter by letter, or "UTC".',
      resolve: (report) => report.timeZone,
    }),
    totals: t.field({
      type: UsageTotalsType,
      description: 'The totals of all rows. They are exact, to the last digit of the costs.',
      resolve: ({ filter }, _args, { reader }) => reader.usageTotals(filter),
    }),
    rows: t.field({
      type: UsageRowConnection,
      description:
        'One row for each group that has usage or an issued session. While usage is reported, rows can move between pages that are sorted by cost or tokens.',
      ...rowPages(t.arg),
      resolve: async ({ listing: report, filter, dimensions }, { orderBy, ...args }, { reader }) => {
        const order = orderBy ?? 'START';
        const listing = `${report}/${order}`;
        const cursors = groupCursors([
          ...sortKeys[order].map(({ type }) => type),
          ...dimensions.map((dimension) => dimensionColumns[dimension].kind),
        ]);
        const page = readPage(listing, cursors, args, ROWS_PAGE);
        const rows = await reader.usageRows(filter, dimensions, page, order);
        const edges = rows.map((node) => ({ node, position: positionOf(node, dimensions, order) }));
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
  const { labelKey } = context.usage;
  const { period, timeZone } = await readPeriod(prefix, time, context);
  const dimensions = usageDimensions.filter((dimension) => groupBy?.includes(dimension));
  if (!haveOneTime(dimensions)) throw new BadInputError('groupBy', 'can have one of HOUR, DAY and MONTH');
  if (dimensions.includes('LABEL') && labelKey === undefined)
    throw new BadInputError(
      'groupBy',
      'cannot have LABEL: the operator named no label (GATEHOUSE_USAGE_LABEL)',
    );
  const listing = `${field}/${dimensions.join(',')}`;
  return { listing, timeZone, filter: { ...period, labelKey, ...only }, dimensions };
}
