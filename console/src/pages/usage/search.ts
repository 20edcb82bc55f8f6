import { isTimeZone } from '../../ui/zoned-time.ts';

export const timeUnits = ['hour', 'day', 'month', 'none'] as const;
export const groups = ['model', 'application', 'user', 'provider', 'label'] as const;
export const presets = ['24h', 'today', 'yesterday', '7d', '30d', 'month', 'last-month', '12m'] as const;
export const orders = ['time', 'cost', 'tokens'] as const;
export const measures = ['cost', 'tokens', 'responses', 'sessions'] as const;
export type UnitName = (typeof timeUnits)[number];
export type Group = (typeof groups)[number];
export type Preset = (typeof presets)[number];
export type Order = (typeof orders)[number];
export type Measure = (typeof measures)[number];

/** What the address of the page says. What it leaves out is as in `defaults`. */
export type UsageSearch = {
  readonly by?: UnitName;
  /** Names of groups, separated by commas. */
  readonly group?: string;
  /** Where from and to are given, they win. */
  readonly range?: Preset;
  /** Wall-clock times in the zone, e.g. "2026-11-01T00:00"; `to` is exclusive. */
  readonly from?: string;
  readonly to?: string;
  readonly zone?: string;
  readonly order?: Order;
  readonly chart?: Measure;
  /** All kinds of tokens as columns. */
  readonly detail?: boolean;
  readonly model?: string;
  /** Ids. */
  readonly application?: string;
  readonly user?: string;
};

export const defaults = { by: 'day', group: 'model', range: '30d', order: 'time', chart: 'cost' } as const;

const WALL = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/;

/** What the page can use of an address. */
export function validateSearch(raw: Record<string, unknown>): UsageSearch {
  const by = oneOf(timeUnits, raw['by']);
  const group = typeof raw['group'] === 'string' ? groupsOf(raw['group']).join(',') : undefined;
  const range = oneOf(presets, raw['range']);
  const from = textOf(raw['from'], (text) => WALL.test(text));
  const to = textOf(raw['to'], (text) => WALL.test(text));
  const zone = textOf(raw['zone'], isTimeZone);
  const order = oneOf(orders, raw['order']);
  const chart = oneOf(measures, raw['chart']);
  const [model, application, user] = [raw['model'], raw['application'], raw['user']].map((value) =>
    textOf(value),
  );
  return {
    ...(by === undefined ? {} : { by }),
    ...(group === undefined ? {} : { group }),
    ...(range === undefined ? {} : { range }),
    ...(from === undefined || to === undefined ? {} : { from, to }),
    ...(zone === undefined ? {} : { zone }),
    ...(order === undefined ? {} : { order }),
    ...(chart === undefined ? {} : { chart }),
    ...(raw['detail'] === true ? { detail: true } : {}),
    ...(model === undefined ? {} : { model }),
    ...(application === undefined ? {} : { application }),
    ...(user === undefined ? {} : { user }),
  };
}

/** The groups that a list names, in the order of `groups`. */
export function groupsOf(list: string): readonly Group[] {
  const names = list.split(',');
  return groups.filter((group) => names.includes(group));
}

function oneOf<Name extends string>(names: readonly Name[], value: unknown): Name | undefined {
  return names.find((name) => name === value);
}

function textOf(value: unknown, isUsable: (text: string) => boolean = () => true): string | undefined {
  // The router reads what looks like a number as one.
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && text !== '' && text.length <= 256 && isUsable(text) ? text : undefined;
}
