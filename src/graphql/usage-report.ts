import { isStorable } from '../platform/validation/text.ts';
import {
  haveOneTime,
  placeOf,
  USAGE_PAGE,
  type UsageDimension,
  type UsageFilter,
  type UsagePlace,
  type UsageRow,
  usageDimensions,
} from '../usage/usage-report.ts';
import { ApplicationType } from './application.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { BadInputError } from './errors.ts';
import { isUuid } from './ids.ts';
import { millisecondsOf } from './scalars.ts';
import { UsageTotalsType } from './usage-totals.ts';
import { UserType } from './user-ref.ts';

/** A report before it is read: totals and rows are read when they are asked for. */
export type UsageReport = {
  /** What its cursors are bound to. */
  readonly listing: string;
  readonly filter: UsageFilter;
  readonly dimensions: readonly UsageDimension[];
};

export const UsageDimensionEnum = builder.enumType('UsageDimension', {
  description: 'What a report is broken down by.',
  values: {
    USER: { description: 'The user of the session.' },
    APPLICATION: { description: 'The application that asked for the session.' },
    MODEL: { description: 'The model that was used.' },
    PROVIDER: { description: 'The provider of the session, e.g. "openai".' },
    HOUR: { description: "The hour of the report's time zone." },
    DAY: { description: "The day of the report's time zone; 23 or 25 hours when clocks are changed." },
    MONTH: { description: "The calendar month of the report's time zone." },
  } satisfies Record<UsageDimension, object>,
});

const UsageRowType = builder.objectRef<UsageRow>('UsageRow').implement({
  description: 'What the usage and the sessions have in common that are added up in it.',
  fields: (t) => ({
    user: t.field({
      type: UserType,
      nullable: true,
      description: 'Whose it is. Null unless broken down by USER.',
      resolve: ({ userId }, _args, { reader }) => (userId === null ? null : reader.user(userId)),
    }),
    application: t.field({
      type: ApplicationType,
      nullable: true,
      description: 'Through which application. Null unless broken down by APPLICATION.',
      resolve: ({ applicationId }, _args, { reader }) =>
        applicationId === null ? null : reader.application(applicationId),
    }),
    model: t.exposeString('model', {
      nullable: true,
      description: 'By which model. Null unless broken down by MODEL.',
    }),
    provider: t.exposeString('provider', {
      nullable: true,
      description: 'At which provider. Null unless broken down by PROVIDER.',
    }),
    start: t.expose('start', {
      type: 'DateTime',
      nullable: true,
      description: 'Start of the hour, day or month. Null unless broken down by one of them.',
    }),
    sessionsIssued: t.exposeInt('sessionsIssued', {
      description: 'Sessions that were issued in that time, whether or not anything was reported of them.',
    }),
    totals: t.field({
      type: UsageTotalsType,
      description: 'What was used.',
      resolve: ({ totals }) => totals,
    }),
  }),
});

const UsageRowConnection = builder.connectionObject(
  { type: UsageRowType, name: 'UsageRowConnection' },
  { name: 'UsageRowEdge' },
);

export const UsageReportType = builder.objectRef<UsageReport>('UsageReport').implement({
  description:
    'What was used in a time, from in, to out. Cut into hours, days and months in timeZone; from and to may fall anywhere, and are honoured to the microsecond.',
  fields: (t) => ({
    from: t.field({
      type: 'DateTime',
      description: 'From then on, inclusive.',
      resolve: ({ filter }) => new Date(filter.from),
    }),
    to: t.field({
      type: 'DateTime',
      description: 'Until then, exclusive.',
      resolve: ({ filter }) => new Date(filter.to),
    }),
    timeZone: t.string({
      description: 'Where its hours, days and months begin.',
      resolve: ({ filter }) => filter.timeZone,
    }),
    totals: t.field({
      type: UsageTotalsType,
      description: 'What all rows add up to, to the last digit.',
      resolve: ({ filter }, _args, { reader }) => reader.usageTotals(filter),
    }),
    rows: t.field({
      type: UsageRowConnection,
      description:
        'One for each combination in which something was used or a session issued. Ordered by start, then by user, application, model and provider.',
      args: {
        first: t.arg.int({ description: 'Page size: default 100, at most 1000.' }),
        after: t.arg.string({
          description: 'Go on after this cursor, e.g. the endCursor of the page before.',
        }),
      },
      resolve: async ({ listing, filter, dimensions }, { first, after }, { reader }) => {
        const limit = first ?? USAGE_PAGE.size;
        if (limit < 0 || limit > USAGE_PAGE.most)
          throw new BadInputError('first', `must be from 0 to ${USAGE_PAGE.most}`);
        const place = after == null ? null : decodePlace(listing, dimensions, after);
        const rows = await reader.usageRows(filter, dimensions, { limit, after: place });
        const edges = rows.slice(0, limit).map((row) => ({
          node: row,
          cursor: encodePlace(listing, placeOf(row, dimensions)),
        }));
        return {
          edges,
          pageInfo: {
            hasNextPage: rows.length > limit,
            hasPreviousPage: place !== null,
            startCursor: edges[0]?.cursor ?? null,
            endCursor: edges.at(-1)?.cursor ?? null,
          },
        };
      },
    }),
  }),
});

type Asked = {
  readonly from: Date;
  readonly to: Date;
  readonly timeZone?: string | null | undefined;
  readonly groupBy?: readonly UsageDimension[] | null | undefined;
};

/**
 * Checks what is asked of a report.
 * @param prefix what its arguments are named with
 * @throws BadInputError naming the argument that cannot be used
 */
export async function reportOf(
  field: string,
  prefix: string,
  { timeZone, groupBy, ...time }: Asked,
  only: Pick<UsageFilter, 'userIds' | 'applicationIds' | 'models'>,
  { reader }: Context,
): Promise<UsageReport> {
  const from = millisecondsOf(time.from);
  const to = millisecondsOf(time.to);
  if (to < from) throw new BadInputError(`${prefix}to`, 'must not be before from');
  const zone = timeZone ?? 'UTC';
  if (zone !== 'UTC' && (!isStorable(zone) || !(await reader.isTimeZone(zone))))
    throw new BadInputError(`${prefix}timeZone`, 'must be an IANA time zone, e.g. "Europe/Amsterdam"');
  const dimensions = usageDimensions.filter((dimension) => groupBy?.includes(dimension));
  if (!haveOneTime(dimensions)) throw new BadInputError('groupBy', 'can have one of HOUR, DAY and MONTH');
  const listing = `${field}/${dimensions.join(',')}`;
  return { listing, filter: { from, to, timeZone: zone, ...only }, dimensions };
}

function encodePlace(listing: string, place: UsagePlace): string {
  return Buffer.from(JSON.stringify([listing, ...place])).toString('base64url');
}

function decodePlace(listing: string, dimensions: readonly UsageDimension[], cursor: string): UsagePlace {
  const [of, ...place] = partsOf(cursor);
  const fits =
    of === listing &&
    place.length === dimensions.length &&
    dimensions.every((dimension, at) => isValueOf(dimension, place[at] ?? '')) &&
    encodePlace(listing, place) === cursor;
  if (!fits) throw new BadInputError('after', 'is not a cursor of this listing');
  return place;
}

function partsOf(cursor: string): readonly string[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(parts) && parts.every((part) => typeof part === 'string') ? parts : [];
  } catch {
    return [];
  }
}

function isValueOf(dimension: UsageDimension, value: string): boolean {
  switch (dimension) {
    case 'HOUR':
    case 'DAY':
    case 'MONTH':
      return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value) && !Number.isNaN(Date.parse(value));
    case 'USER':
    case 'APPLICATION':
      return isUuid(value);
    case 'MODEL':
    case 'PROVIDER':
      return isStorable(value);
    default:
      return dimension satisfies never;
  }
}
