import type { SessionEvent, SessionEventType } from '../subscriptions/session-event.ts';
import { builder } from './builder.ts';
import { BadInputError } from './errors.ts';
import { RealtimeSessionType } from './realtime-session-ref.ts';
import { decodeEventPosition, encodeEventPosition } from './session-event-id.ts';
import { SessionFilterInput, sessionFilterOf } from './session-filter.ts';

const SessionEventTypeEnum = builder.enumType('SessionEventType', {
  description: 'A kind of change to a session.',
  values: {
    ISSUED: { description: 'The client secret was recorded and returned. The session became ACTIVE.' },
    EXPIRED: { description: 'The client secret expired.' },
    REVOKED: { description: 'The session was revoked.' },
    FAILED: { description: 'The provider refused the session. There is no secret.' },
    UNCONFIRMED: { description: 'The outcome is unknown. No secret was returned.' },
    USAGE_REPORTED: { description: 'Usage of the session was reported.' },
    CONNECTED: { description: 'The provider opened the call of a BROKERED session.' },
    ENDED: { description: 'The call of a BROKERED session ended; call.endReason says why.' },
  } satisfies Record<SessionEventType, object>,
});

const SessionEventObject = builder.objectRef<SessionEvent>('SessionEvent').implement({
  description: 'A change to a session.',
  fields: (t) => ({
    id: t.id({
      description:
        'What to pass as after when you reconnect. It is of a kind of its own, unlike that of any other object: a SessionEvent is no Node, and node finds nothing by it.',
      resolve: ({ id }) => encodeEventPosition(id),
    }),
    type: t.expose('type', { type: SessionEventTypeEnum, description: 'The kind of the change.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When it happened, by the clock of the database.' }),
    session: t.expose('session', {
      type: RealtimeSessionType,
      description: 'The session at the time when the change was delivered.',
    }),
  }),
});

builder.subscriptionType({
  description: 'The subscriptions. They are delivered as server-sent events (GraphQL over SSE).',
});

builder.subscriptionField('sessionEvents', (t) =>
  t.field({
    type: SessionEventObject,
    description:
      'Every change to sessions that you may see, through any gateway, within one second; expiries within two. Ends with an error when your credential is no longer valid.',
    authScopes: { scope: 'SESSIONS_READ', person: true },
    args: {
      filter: t.arg({
        type: SessionFilterInput,
        description:
          'The sessions whose changes to deliver. statuses matches the status before or after the change. Default: all sessions.',
      }),
      after: t.arg.id({
        description:
          'The id of the last event that you received, or what RealtimeSessionConnection.eventsAfter says. The events since then are delivered first. An id of an AuditEvent is taken, too. Default: only events from now on.',
      }),
    },
    subscribe: (_root, { filter, after }, { subscriptions }) => {
      const afterId = after == null ? null : decodeEventPosition(after);
      if (after != null && afterId === null) throw new BadInputError('after', 'is not the id of an event');
      return subscriptions.watchSessions({ filter: sessionFilterOf(filter), after: afterId });
    },
    resolve: (event) => event,
  }),
);
