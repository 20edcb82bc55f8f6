import type { SessionStatus } from '../sessions/session.ts';
import { builder } from './builder.ts';

export const StatusEnum = builder.enumType('RealtimeSessionStatus', {
  description:
    'The status of a session. It is computed whenever it is read, from the record and the clock of the database, so it is never out of date. A revoked session is REVOKED even after its secret has expired.',
  values: {
    PENDING: { description: 'The session is reserved. The provider has not answered yet.' },
    ACTIVE: { description: 'The client secret was issued and can still open connections.' },
    EXPIRED: { description: 'The client secret has expired and opens no connection any more.' },
    REVOKED: { description: 'An operator, the application or the user revoked the session.' },
    FAILED: { description: 'The provider refused the session. No secret exists.' },
    UNCONFIRMED: {
      description:
        'The outcome is unknown, because of a timeout, a crash or a lost write. A secret may exist at the provider, but it was returned to nobody.',
    },
  } satisfies Record<SessionStatus, object>,
});
