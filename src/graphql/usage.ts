import { isStorable } from '../platform/validation/text.ts';
import { builder } from './builder.ts';
import { uuidsOf } from './ids.ts';
import { atMost, MAX_LIST_LENGTH } from './list-limit.ts';
import { groupByOptions, reportOf, TIME_ZONE, UsageDimensionEnum, UsageReportType } from './usage-report.ts';

const UsageFilterInput = builder.inputType('UsageFilter', {
  description:
    'Usage that matches all given fields. A list matches any of its values; an empty list, or a list of ids of records that you may not see, matches nothing.',
  fields: (t) => ({
    from: t.field({ type: 'DateTime', required: true, description: 'The start, inclusive.' }),
    to: t.field({ type: 'DateTime', required: true, description: 'The end, exclusive.' }),
    timeZone: t.string({ description: TIME_ZONE }),
    userIds: t.idList(atMost(MAX_LIST_LENGTH, 'Usage of the sessions of these users.')),
    applicationIds: t.idList(atMost(MAX_LIST_LENGTH, 'Usage of sessions that these applications requested.')),
    models: t.stringList(atMost(MAX_LIST_LENGTH, 'Usage of these models.')),
  }),
});

builder.queryField('usage', (t) =>
  t.field({
    type: UsageReportType,
    description:
      'The usage that you may see, and its cost: in total, and in rows that are grouped by groupBy. An end user sees its own usage.',
    authScopes: { scope: 'USAGE_READ', person: true },
    args: {
      filter: t.arg({
        type: UsageFilterInput,
        required: true,
        description: 'The time, and the usage in it.',
      }),
      groupBy: t.arg({ type: [UsageDimensionEnum], ...groupByOptions }),
    },
    resolve: (_root, { filter, groupBy }, context) => {
      const { userIds, applicationIds, models, ...time } = filter;
      return reportOf(
        'usage',
        'filter.',
        { ...time, groupBy },
        {
          userIds: uuidsOf('User', userIds),
          applicationIds: uuidsOf('Application', applicationIds),
          // PostgreSQL cannot store a NUL in text, so no model has such a name.
          models: models?.filter(isStorable) ?? null,
        },
        context,
      );
    },
  }),
);
