import type { GraphQLResolveInfo } from 'graphql';
import { isStorable } from '../platform/validation/text.ts';
import {
  isTimeDimension,
  MAX_MINUTES_MS,
  type StatisticsDimension,
  type StatisticsFilter,
  statisticsColumns,
  statisticsDimensions,
  statisticsPosition,
} from '../statistics/statistics-query.ts';
import { builder } from './builder.ts';
import { readPage, toConnection } from './connection.ts';
import { BadInputError } from './errors.ts';
import { groupCursors } from './group-cursor.ts';
import { uuidsOf } from './ids.ts';
import { atMost, MAX_LIST_LENGTH } from './list-limit.ts';
import { mentionedFields } from './mentioned-fields.ts';
import { forwardPages } from './page-arguments.ts';
import { readPeriod } from './report-period.ts';
import { SessionCountsType } from './session-counts.ts';
import {
  StatisticsDimensionEnum,
  StatisticsOrderEnum,
  StatisticsRowConnection,
} from './session-statistics-rows.ts';
import { ROWS_PAGE } from './usage-report.ts';

/** Statistics before they are read. Totals and rows are read only when they are selected. */
type Statistics = {
  /** As it was named. */
  readonly timeZone: string;
  readonly filter: StatisticsFilter;
  readonly dimensions: readonly StatisticsDimension[];
};

const StatisticsFilterInput = builder.inputType('SessionStatisticsFilter', {
  description:
    'What is counted: what matches all given fields. A list matches any of its values; an empty list, or a list of ids of records that you may not see, matches nothing.',
  fields: (t) => ({
    from: t.field({ type: 'DateTime', required: true, description: 'The start, inclusive.' }),
    to: t.field({ type: 'DateTime', required: true, description: 'The end, exclusive.' }),
    timeZone: t.string({
      description:
        'The time zone in which minutes, hours, days and months begin: any IANA name or alias in any letter case, e.g. "Europe/Amsterdam". Default UTC.',
    }),
    userIds: t.idList(atMost(MAX_LIST_LENGTH, 'What was asked for these users.')),
    applicationIds: t.idList(atMost(MAX_LIST_LENGTH, 'What these applications asked for.')),
    providers: t.stringList(atMost(MAX_LIST_LENGTH, 'What was asked of these providers.')),
    models: t.stringList(atMost(MAX_LIST_LENGTH, 'What was asked for with these models.')),
  }),
});

const StatisticsType = builder.objectRef<Statistics>('SessionStatistics').implement({
  description:
    'What was asked for between two times, and what has become of it by now. from and to may be any times; they are exact to the microsecond. Counts are what counting the sessions and denials themselves gives. They remain when the sessions of a month are dropped, in full quarters of an hour.',
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
      description: 'The time zone in which minutes, hours, days and months begin, as it was named.',
      resolve: ({ timeZone }) => timeZone,
    }),
    totals: t.field({
      type: SessionCountsType,
      description: 'The counts of all rows together.',
      resolve: ({ filter }, _args, { reader }, info) => reader.statisticsTotals(filter, wantsMintTimes(info)),
    }),
    rows: t.field({
      type: StatisticsRowConnection,
      description:
        'One row for each group that has a session or a denied request; what there is none of has no row. In an order by counts, a row that changes while pages are read may be on two of them, or on none.',
      extensions: forwardPages(t.arg, ROWS_PAGE).extensions,
      args: {
        ...forwardPages(t.arg, ROWS_PAGE).args,
        orderBy: t.arg({
          type: StatisticsOrderEnum,
          defaultValue: 'START',
          description: 'How the rows are sorted.',
        }),
      },
      resolve: async ({ filter, dimensions }, { orderBy, ...args }, { reader }, info) => {
        const order = orderBy ?? 'START';
        const listing = `sessionStatistics/${order}/${dimensions.join(',')}`;
        const kinds = dimensions.map((dimension) => statisticsColumns[dimension].kind);
        const cursors = groupCursors(order === 'START' ? kinds : ['count', ...kinds]);
        const page = readPage(listing, cursors, args, ROWS_PAGE);
        const rows = await reader.statisticsRows(
          filter,
          dimensions,
          { ...page, order },
          wantsMintTimes(info),
        );
        const edges = rows.map((node) => ({ node, position: statisticsPosition(node, dimensions, order) }));
        return toConnection(listing, cursors, page, edges);
      },
    }),
  }),
});

builder.queryField('sessionStatistics', (t) =>
  t.field({
    type: StatisticsType,
    description:
      'Counts of the sessions that you may see, by what became of them, and of denied requests; and how long minting took: in total, and in rows that are grouped by groupBy. An end user sees those of its own sessions.',
    authScopes: { scope: 'SESSIONS_READ', person: true },
    args: {
      filter: t.arg({
        type: StatisticsFilterInput,
        required: true,
        description: 'The time, and what is counted in it.',
      }),
      groupBy: t.arg({
        type: [StatisticsDimensionEnum],
        ...atMost(
          statisticsDimensions.length,
          'What the rows are grouped by, with at most one of MINUTE, HOUR, DAY and MONTH. Default: one row.',
        ),
      }),
    },
    resolve: async (_root, { filter, groupBy }, context) => {
      const { userIds, applicationIds, providers, models, ...time } = filter;
      const { period, timeZone } = await readPeriod('filter.', time, context);
      const dimensions = statisticsDimensions.filter((dimension) => groupBy?.includes(dimension));
      if (dimensions.filter(isTimeDimension).length > 1)
        throw new BadInputError('groupBy', 'can have one of MINUTE, HOUR, DAY and MONTH');
      if (dimensions.includes('MINUTE') && period.to - period.from > MAX_MINUTES_MS)
        throw new BadInputError('filter.to', 'must be at most 24 hours after from to group by MINUTE');
      return {
        timeZone,
        filter: {
          ...period,
          userIds: uuidsOf('User', userIds),
          applicationIds: uuidsOf('Application', applicationIds),
          // PostgreSQL cannot store a NUL in text, so no provider or model has such a name.
          providers: providers?.filter(isStorable) ?? null,
          models: models?.filter(isStorable) ?? null,
        },
        dimensions,
      };
    },
  }),
);

/** Histograms are read only when a percentile is selected. */
function wantsMintTimes(info: GraphQLResolveInfo): boolean {
  const mentioned = mentionedFields(info);
  return ['mintMsP50', 'mintMsP95', 'mintMsP99'].some((name) => mentioned.has(name));
}
