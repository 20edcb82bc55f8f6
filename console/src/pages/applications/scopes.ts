import type { Reach, Scope } from '../../gql/graphql.ts';

type Words = { readonly name: string; readonly allows: string; readonly everywhere?: true };

/** What each scope opens. `everywhere`: it opens nothing without the reach EVERYTHING. */
export const scopeWords: Readonly<Record<Scope, Words>> = {
  SESSIONS_CREATE: {
    name: 'Create sessions',
    allows: 'Mints client secrets for any user, within the limits. This costs money.',
  },
  SESSIONS_READ: {
    name: 'Read sessions',
    allows: 'Reads sessions with their instructions and labels, and the names of their users.',
  },
  SESSIONS_REVOKE: { name: 'Revoke sessions', allows: 'Marks sessions as revoked.' },
  USAGE_READ: { name: 'Read usage', allows: 'Reads tokens and costs by user, model and day.' },
  USAGE_WRITE: {
    name: 'Report usage',
    allows: 'Reports what sessions of others used. For its own sessions an application needs no scope.',
  },
  AUDIT_READ: {
    name: 'Read the audit trail',
    allows: 'Reads who did what, with addresses, and looks up leaked client secrets.',
  },
  USERS_READ: { name: 'Read users', allows: 'Reads users with their limits, quotas and suspensions.' },
  USERS_WRITE: {
    name: 'Suspend and erase users',
    allows: 'Suspends, reinstates and erases users. Erasing cannot be undone.',
    everywhere: true,
  },
  POLICIES_WRITE: {
    name: 'Set limits',
    allows:
      'Sets quotas, budgets and allowed models. With the reach of its own application, only of that one.',
  },
  APPLICATIONS_WRITE: {
    name: 'Manage applications and keys',
    allows: 'Registers applications, and creates and revokes keys, up to its own scopes.',
    everywhere: true,
  },
};

export const reachWords: Readonly<Record<Reach, Words>> = {
  SELF: { name: 'Itself', allows: 'An end user and its own sessions.' },
  OWN_APPLICATION: {
    name: 'Its own application',
    allows:
      'The sessions that this application requests, and the users of those sessions. Right for most backends.',
  },
  EVERYTHING: {
    name: 'Everything',
    allows: 'The records of all users and applications. For dashboards, support tools and auditors.',
  },
};

/** In the order in which the page lists them. */
export const allScopes = [
  'SESSIONS_CREATE',
  'SESSIONS_READ',
  'SESSIONS_REVOKE',
  'USAGE_READ',
  'USAGE_WRITE',
  'USERS_READ',
  'AUDIT_READ',
  'POLICIES_WRITE',
  'USERS_WRITE',
  'APPLICATIONS_WRITE',
] as const satisfies readonly Scope[];
