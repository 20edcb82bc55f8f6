import type { SessionStatus } from '../sessions/session.ts';
import { builder } from './builder.ts';

export const StatusEnum = builder.enumType('RealtimeSessionStatus', {
  description:
    'Where a session stands: derived from stored facts and the database clock when it is read, so it is right at once. REVOKED outranks ACTIVE and EXPIRED.',
  values: {
    PENDING: { description: 'Reserved; the upstream call has not answered yet.' },
    ACTIVE: { description: 'The client secret is issued and can still open connections.' },
    EXPIRED: { description: "The client secret's time has passed; it opens nothing any more." },
    REVOKED: { description: 'Withdrawn by an operator, its application or its user.' },
    FAILED: { description: 'Upstream refused; no secret exists.' },
    UNCONFIRMED: {
      description:
        'The outcome is unknown (timeout, crash, lost write): a secret may exist upstream, but nobody was given it.',
    },
  } satisfies Record<SessionStatus, object>,
});
