import type { LinkProps } from '@tanstack/react-router';
import type { Viewer } from '../auth/viewer.ts';
import type { Scope } from '../gql/graphql.ts';

export type Destination = {
  readonly to: NonNullable<LinkProps['to']>;
  readonly label: string;
  /** Any of these opens the page. Without them it would only say which one is missing. */
  readonly scopes: readonly Scope[];
};

const DESTINATIONS: readonly Destination[] = [
  { to: '/', label: 'Overview', scopes: [] },
  { to: '/sessions', label: 'Sessions', scopes: ['SESSIONS_READ'] },
  { to: '/calls', label: 'Calls', scopes: ['SESSIONS_READ'] },
  { to: '/users', label: 'Users', scopes: ['USERS_READ'] },
  { to: '/usage', label: 'Usage', scopes: ['USAGE_READ'] },
  { to: '/audit', label: 'Audit', scopes: ['AUDIT_READ'] },
  { to: '/applications', label: 'Applications', scopes: [] },
  { to: '/leaked-secret', label: 'Leaked secret', scopes: ['AUDIT_READ'] },
  { to: '/playground', label: 'Playground', scopes: ['SESSIONS_CREATE'] },
];

// An end user needs no scope for its own sessions and usage.
const OF_END_USERS: readonly string[] = ['/sessions', '/calls', '/usage', '/playground'];

/** The pages that a caller's scopes open. */
export function destinationsOf({ kind, scopes }: Viewer): readonly Destination[] {
  if (kind === 'USER') return DESTINATIONS.filter(({ to }) => OF_END_USERS.includes(to));
  return DESTINATIONS.filter(
    (destination) =>
      destination.scopes.length === 0 || destination.scopes.some((scope) => scopes.includes(scope)),
  );
}
