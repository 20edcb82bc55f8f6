import { isStorable } from '../platform/validation/text.ts';
import { builder } from './builder.ts';
import { decodeIdOf } from './ids.ts';
import { reportOf, UsageDimensionEnum, UsageReportType } from './usage-report.ts';

const UsageFilterInput = builder.inputType('UsageFilter', {
  description:
    'Which usage is meant: what fits every field that is given. A list means any of its values; an empty one, or ids of nothing that you see, mean none.',
  fields: (t) => ({
    from: t.field({ type: 'DateTime', required: true, description: 'From then on, inclusive.' }),
    to: t.field({ type: 'DateTime', required: true, description: 'Until then, exclusive.' }),
    timeZone: t.string({
      description: 'Where hours, days and months begin: an IANA name, e.g. "Europe/Amsterdam". Default UTC.',
    }),
    userIds: t.idList({ description: 'Of sessions of these users.' }),
    applicationIds: t.idList({ description: 'Of sessions that these applications asked for.' }),
    models: t.stringList({ description: 'By these models, exactly.' }),
  }),
});

builder.queryField('usage', (t) =>
  t.field({
    type: UsageReportType,
    description:
      'What was used, of all that you may see, and what it cost: in total, and broken down by groupBy. An end user sees its own.',
    authScopes: { scope: 'USAGE_READ', person: true },
    args: {
      filter: t.arg({
        type: UsageFilterInput,
        required: true,
        description: 'Which time, and of that which usage.',
      }),
      groupBy: t.arg({
        type: [UsageDimensionEnum],
        description:
          'What its rows are broken down by; at most one of HOUR, DAY and MONTH. Default: one row.',
      }),
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
          // PostgreSQL has no NUL in text: no model is called so.
          models: models?.filter(isStorable) ?? null,
        },
        context,
      );
    },
  }),
);

/** Ids of anything else are of nobody. */
function uuidsOf(typename: string, ids: readonly string[] | null | undefined): readonly string[] | null {
  return ids?.flatMap((id) => decodeIdOf(typename, id) ?? []) ?? null;
}
