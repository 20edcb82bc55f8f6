import type { Reach, Scope } from '../authorization/actor.ts';
import { builder } from './builder.ts';

export const ScopeEnum = builder.enumType('Scope', {
  description:
    'What a caller may do. An end user, who has a token of the identity provider without scopes, needs none of these to create, read and revoke its own sessions and to read its own usage.',
  values: {
    SESSIONS_CREATE: { description: 'Create sessions, and read them in the result of the mutation.' },
    SESSIONS_READ: {
      description:
        'Read sessions, and the names of their users and applications. With reach EVERYTHING this scope, like each that reads, also lists the names of all applications.',
    },
    SESSIONS_REVOKE: { description: 'Revoke sessions.' },
    USAGE_READ: { description: 'Read usage and costs.' },
    USAGE_WRITE: {
      description:
        'Report the usage of any session within reach. An application may report the usage of its own sessions without this scope.',
    },
    AUDIT_READ: { description: 'Read the audit trail, and find the session of a leaked secret.' },
    USERS_READ: { description: 'Read users with their suspension, policy and quotas.' },
    USERS_WRITE: { description: 'Suspend, reinstate and erase users. Needs reach EVERYTHING.' },
    POLICIES_WRITE: {
      description:
        'Set the limits of users and applications. With reach OWN_APPLICATION, only the limits of the own application.',
    },
    APPLICATIONS_WRITE: {
      description: 'Register applications, and create and revoke their API keys. Needs reach EVERYTHING.',
    },
  } satisfies Record<Scope, object>,
});

export const ReachEnum = builder.enumType('Reach', {
  description: 'The records that the scopes of a caller apply to. The reach of an end user is always SELF.',
  values: {
    SELF: { description: 'The user that the caller is, and its sessions.' },
    OWN_APPLICATION: {
      description:
        'The sessions that the application of the caller requested, and the users of those sessions.',
    },
    EVERYTHING: { description: 'The records of all users and applications.' },
  } satisfies Record<Reach, object>,
});
