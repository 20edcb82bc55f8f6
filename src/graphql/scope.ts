import type { Reach, Scope } from '../authorization/actor.ts';
import { builder } from './builder.ts';

export const ScopeEnum = builder.enumType('Scope', {
  description:
    'What a caller may do. An end user (a token from the identity provider without scopes of its own) needs none of these to create, read and revoke its own sessions and read its own usage.',
  values: {
    SESSIONS_CREATE: { description: 'Issue sessions, and read them in the result of issuing them.' },
    SESSIONS_READ: {
      description: 'Read sessions, and of their users and applications what they are called.',
    },
    SESSIONS_REVOKE: { description: 'Revoke sessions.' },
    USAGE_READ: { description: 'Read how much was used, and what it cost.' },
    USAGE_WRITE: {
      description:
        'Report the usage of any session within reach; of its own sessions an application may without.',
    },
    AUDIT_READ: { description: 'Read the audit trail, and find out whose a leaked secret is.' },
    USERS_READ: { description: 'Read users in full: suspension, policy, quotas.' },
    USERS_WRITE: { description: 'Suspend, reinstate and erase users. Only with reach EVERYTHING.' },
    POLICIES_WRITE: {
      description:
        'Set the limits of users and applications; with reach OWN_APPLICATION, of its own application only.',
    },
    APPLICATIONS_WRITE: {
      description: 'Register applications, and make and revoke their keys. Only with reach EVERYTHING.',
    },
  } satisfies Record<Scope, object>,
});

export const ReachEnum = builder.enumType('Reach', {
  description: "Whose records the scopes apply to. An end user's is always SELF.",
  values: {
    SELF: { description: 'The caller itself: its own user and sessions.' },
    OWN_APPLICATION: {
      description: 'The sessions that its application asked for, and the users that have one of them.',
    },
    EVERYTHING: { description: 'The records of all users and applications.' },
  } satisfies Record<Reach, object>,
});
