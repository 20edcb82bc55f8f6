import { RARE_LABEL } from '../dashboards/fill.ts';
import type { Step } from './in-page.ts';

/** A step that is measured. */
export type Measured = Step & {
  readonly name: string;
  readonly aimMs: number | null;
  /** Where it begins. Null: where the one before has ended. */
  readonly from: Step | null;
};
type Filter = Readonly<Record<string, unknown>>;
export type User = { readonly path: string; readonly externalId: string };

const PATIENCE_MS = 30_000;
const DAY_MS = 86_400_000;
const PAGE = { list: null, patienceMs: PATIENCE_MS };
const LIST = {
  heading: 'Sessions',
  waits: ['SessionsPage'],
  list: { label: 'Sessions', query: 'SessionsPage', field: 'realtimeSessions' },
  patienceMs: PATIENCE_MS,
};
// What is shown before each filter: sessions that none of the filters shows.
const REVOKED: Step = { ...LIST, path: listPath({ statuses: ['REVOKED'], models: ['gpt-realtime'] }) };

export const SIGN_IN: Measured = {
  ...LIST,
  name: 'sign-in to the first page of sessions',
  aimMs: 1000,
  from: null,
  path: null,
};

const ALL_SESSIONS: Step = { ...LIST, path: listPath({}) };

/** The steps after signing in. @param now when the round began */
export function stepsOf(user: User, now: number): readonly Measured[] {
  const at = (days: number) => new Date(now - days * DAY_MS).toISOString();
  return [
    filter('status', { statuses: ['FAILED'] }),
    filter('user', { externalUserId: user.externalId }),
    filter('model', { models: ['gpt-realtime-mini'] }),
    filter('label', { labels: [RARE_LABEL] }),
    filter('failure code', { failureCodes: ['upstream_timeout'] }),
    filter('date range', { createdFrom: at(180), createdTo: at(173) }),
    {
      ...PAGE,
      name: 'page of a user',
      aimMs: null,
      from: ALL_SESSIONS,
      path: user.path,
      heading: user.externalId,
      waits: ['UserPage', 'UserSessions', 'UserUsage', 'UserAudit'],
    },
    {
      ...PAGE,
      name: 'overview',
      aimMs: null,
      from: null,
      path: '/console/',
      heading: 'Overview',
      waits: ['OverviewHealth', 'OverviewLive', 'OverviewStatistics', 'OverviewSpend'],
    },
    {
      ...PAGE,
      name: 'usage of last month by day',
      aimMs: null,
      from: null,
      path: '/console/usage?range=last-month&by=day',
      heading: 'Usage',
      waits: ['UsageReport'],
    },
  ];
}

function filter(name: string, by: Filter): Measured {
  return { ...LIST, name: `filter: ${name}`, aimMs: 300, from: REVOKED, path: listPath(by) };
}

function listPath(by: Filter): string {
  const parameters = Object.entries(by).map(
    ([name, value]) =>
      `${name}=${encodeURIComponent(typeof value === 'string' ? value : JSON.stringify(value))}`,
  );
  return ['/console/sessions', ...(parameters.length === 0 ? [] : [parameters.join('&')])].join('?');
}
