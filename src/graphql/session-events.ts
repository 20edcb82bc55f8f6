import type { SessionEvent, SessionEventType } from '../subscriptions/session-event.ts';
import { builder } from './builder.ts';
import { BadInputError } from './errors.ts';
import { decodeIdOf, encodeId } from './ids.ts';
import { RealtimeSessionType } from './realtime-session-ref.ts';
import { SessionFilterInput, sessionFilterOf } from './session-filter.ts';

const SessionEventTypeEnum = builder.enumType('SessionEventType', {
  description: 'What happened to a session.',
  values: {
    ISSUED: { description: 'Its client secret was recorded and handed out: it became ACTIVE.' },
    EXPIRED: { description: 'The time of its client secret has passed.' },
    REVOKED: { description: 'It was withdrawn.' },
    FAILED: { description: 'The provider refused: there is no secret.' },
    UNCONFIRMED: { description: 'Its outcome is unknown, and nobody was given a secret.' },
    USAGE_REPORTED: { description: 'What it used was reported.' },
  } satisfies Record<SessionEventType, object>,
});

const SessionEventObject = builder.objectRef<SessionEvent>('SessionEvent').implement({
  description: 'A change to a session.',
  fields: (t) => ({
    id: t.id({
      description: "The audit event's: what to pass as after when reconnecting.",
      resolve: ({ id }) => encodeId('AuditEvent', id),
    }),
    type: t.expose('type', { type: SessionEventTypeEnum, description: 'What happened.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When, by the database clock.' }),
    session: t.expose('session', {
      type: RealtimeSessionType,
      description: 'The session, as it was when the change was delivered.',
    }),
  }),
});

builder.subscriptionType({ description: 'What can be watched, as server-sent events (GraphQL over SSE).' });

builder.subscriptionField('sessionEvents', (t) =>
  t.field({
    type: SessionEventObject,
    description:
      'Every change to sessions that you may see, through whichever gateway, within a second; expiries within two. Ends with an error when your credential counts no longer.',
    authScopes: { scope: 'SESSIONS_READ', person: true },
    args: {
      filter: t.arg({
        type: SessionFilterInput,
        description: 'Left out: all of them. statuses means those before or after the change.',
      }),
      after: t.arg.id({
        description:
          'The id of the last event that was received: what was missed since comes first. Left out: from now on.',
      }),
    },
    subscribe: (_root, { filter, after }, { subscriptions }) => {
      const afterId = after == null ? null : decodeIdOf('AuditEvent', after);
      if (after != null && afterId === null) throw new BadInputError('after', 'is not the id of an event');
      return subscriptions.watchSessions({ filter: sessionFilterOf(filter), after: afterId });
    },
    resolve: (event) => event,
  }),
);
