import type { StatisticsDimension, StatisticsOrder, StatisticsRow } from '../statistics/statistics-query.ts';
import { ApplicationType } from './application.ts';
import { builder } from './builder.ts';
import { cost } from './declared-cost.ts';
import { SessionCountsType } from './session-counts.ts';
import { UserType } from './user-ref.ts';

export const StatisticsDimensionEnum = builder.enumType('StatisticsDimension', {
  description: 'What the rows of statistics are grouped by.',
  values: {
    MINUTE: {
      description: 'The minute. For at most 24 hours, within the months whose sessions are kept.',
    },
    HOUR: { description: 'The hour, in the time zone of the statistics.' },
    DAY: {
      description:
        'The day, in the time zone of the statistics. It has 23 or 25 hours when the clocks are changed.',
    },
    MONTH: { description: 'The calendar month, in the time zone of the statistics.' },
    USER: { description: 'The user that the session was asked for.' },
    APPLICATION: { description: 'The application that asked for the session.' },
    PROVIDER: { description: 'The provider of the session, e.g. "openai".' },
    MODEL: { description: 'The model that was asked for.' },
    FAILURE_CODE: { description: 'The code of what went wrong, as in SessionFailure.' },
    DENIAL_REASON: { description: 'Why the request was denied.' },
  } satisfies Record<StatisticsDimension, object>,
});

export const StatisticsOrderEnum = builder.enumType('StatisticsOrder', {
  description:
    'The order of the rows of statistics. Rows that are equal in it follow as in START, so that every order is total.',
  values: {
    START: {
      description:
        'The earliest minute, hour, day or month first; then by user, application, provider, model, failure code and denial reason.',
    },
    REQUESTED_DESC: { description: 'The group of which most sessions were asked for first.' },
    DENIED_DESC: { description: 'The group with the most denied requests first.' },
    FAILED_DESC: { description: 'The group with the most failed sessions first.' },
  } satisfies Record<StatisticsOrder, object>,
});

const StatisticsRowType = builder.objectRef<StatisticsRow>('SessionStatisticsRow').implement({
  description: 'One group: its values of what the statistics are grouped by, and its counts.',
  fields: (t) => ({
    start: t.expose('start', {
      type: 'DateTime',
      nullable: true,
      description:
        'The start of the minute, hour, day or month. Null unless the statistics are grouped by one of them.',
    }),
    user: t.field({
      type: UserType,
      nullable: true,
      description:
        'The user of the group. Null unless the statistics are grouped by USER, and in the group of denied requests that named no user, or one that you may not see.',
      resolve: ({ userId }, _args, { reader }) => (userId === null ? null : reader.user(userId)),
    }),
    application: t.field({
      type: ApplicationType,
      nullable: true,
      description:
        'The application of the group. Null unless the statistics are grouped by APPLICATION, and in the group of denied requests of no application, or of one that you may not see.',
      resolve: ({ applicationId }, _args, { reader }) =>
        applicationId === null ? null : reader.application(applicationId),
    }),
    provider: t.exposeString('provider', {
      nullable: true,
      description:
        'The provider of the group. Null unless the statistics are grouped by PROVIDER, and in the group of requests that were denied for a missing scope, whose input is not looked at.',
    }),
    model: t.exposeString('model', {
      nullable: true,
      description:
        'The model of the group. Null unless the statistics are grouped by MODEL, and in the group of requests that were denied for a missing scope, whose input is not looked at.',
    }),
    failureCode: t.exposeString('failureCode', {
      nullable: true,
      description:
        'The code of what went wrong, as in SessionFailure. Null unless the statistics are grouped by FAILURE_CODE, and in the group of all that neither failed nor is unconfirmed.',
    }),
    denialReason: t.exposeString('denialReason', {
      nullable: true,
      description:
        'Why the requests were denied: "policy" (with budgets), "quota", "suspended" or "forbidden" (a scope is missing, or the user is another). Null unless the statistics are grouped by DENIAL_REASON, and in the group of the sessions, which were not denied.',
    }),
    counts: t.field({
      type: SessionCountsType,
      description: 'The counts of this group.',
      // They are read together with their row.
      extensions: cost({ own: 0 }),
      resolve: ({ counts }) => counts,
    }),
  }),
});

export const StatisticsRowConnection = builder.connectionObject(
  { type: StatisticsRowType, name: 'SessionStatisticsRowConnection' },
  { name: 'SessionStatisticsRowEdge' },
);
