import type { UsageDimension, UsageFilter, UsageOrder } from '../../gql/graphql.ts';
import { type Period, periodOf } from './period.ts';
import { defaults, type Group, groupsOf, type Order, type UnitName, type UsageSearch } from './search.ts';

/** What a report is asked about, and what is needed to show it: the answer is shown with its own request. */
export type ReportRequest = {
  readonly unit: UnitName;
  readonly groups: readonly Group[];
  readonly period: Period;
  readonly order: Order;
  readonly variables: {
    readonly filter: UsageFilter;
    readonly groupBy: readonly UsageDimension[];
    readonly orderBy: UsageOrder;
  };
};

const units = { hour: 'HOUR', day: 'DAY', month: 'MONTH' } as const;
const dimensions = {
  model: 'MODEL',
  application: 'APPLICATION',
  user: 'USER',
  provider: 'PROVIDER',
  label: 'LABEL',
} as const satisfies Record<Group, UsageDimension>;
const orderNames = { time: 'START', cost: 'COST_DESC', tokens: 'TOKENS_DESC' } as const satisfies Record<
  Order,
  UsageOrder
>;

/** The report that an address asks for. `now` is the time of the server. */
export function requestOf(search: UsageSearch, zone: string, now: number): ReportRequest {
  const unit = search.by ?? defaults.by;
  const groups = groupsOf(search.group ?? defaults.group);
  const period = periodOf(search, zone, now);
  const order = search.order ?? defaults.order;
  const { model, application, user } = search;
  return {
    unit,
    groups,
    period,
    order,
    variables: {
      filter: {
        from: new Date(period.from).toISOString(),
        to: new Date(period.to).toISOString(),
        timeZone: zone,
        ...(model === undefined ? {} : { models: [model] }),
        ...(application === undefined ? {} : { applicationIds: [application] }),
        ...(user === undefined ? {} : { userIds: [user] }),
      },
      groupBy: [...(unit === 'none' ? [] : [units[unit]]), ...groups.map((group) => dimensions[group])],
      orderBy: orderNames[order],
    },
  };
}
