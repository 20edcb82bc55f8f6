import type { CallEnd, CallStatus } from '../calls/call.ts';
import { builder } from './builder.ts';
import { encodeId, NODE_ID } from './ids.ts';
import { RealtimeCallType } from './realtime-call-ref.ts';
import { RealtimeSessionType } from './realtime-session-ref.ts';
import { UsageTotalsType } from './usage-totals.ts';

export const CallStatusEnum = builder.enumType('RealtimeCallStatus', {
  description: 'The status of a call, by the clock of the database.',
  values: {
    CONNECTING: { description: 'The offer was sent to the provider, which has not answered yet.' },
    LIVE: { description: 'The provider opened the call, and it has not ended.' },
    ENDED: { description: 'The call has ended, or the provider never opened it.' },
    UNCERTAIN: {
      description:
        'Whether the provider opened the call is unknown. It counts for quotas until it must have ended.',
    },
  } satisfies Record<CallStatus, object>,
});

export const CallEndEnum = builder.enumType('RealtimeCallEnd', {
  description: 'Why a call ended.',
  values: {
    CLIENT_ENDED: { description: 'Its user asked for the end, or left it, as far as the provider tells.' },
    DEADLINE: { description: 'It lasted as long as it may.' },
    IDLE: { description: 'Nobody had spoken for as long as is allowed.' },
    BUDGET: { description: 'The budget of the user is used up.' },
    REVOKED: { description: 'The session was revoked, or its user erased.' },
    SUSPENDED: { description: 'The user was suspended.' },
    OPERATOR: { description: 'An operator or an application asked for the end.' },
    UPSTREAM_ENDED: { description: 'The provider said that it is over.' },
    UPSTREAM_REFUSED: { description: 'The provider refused the offer: there was no call.' },
    ATTACH_FAILED: { description: 'Gatehouse could not watch it from the beginning, and hung up.' },
    WATCH_LOST: { description: 'Gatehouse could not watch it any longer, and hung up.' },
    UNKNOWN: { description: 'Nobody saw the end, and by now the provider must have ended it.' },
  } satisfies Record<CallEnd, object>,
});

builder.objectType(RealtimeCallType, {
  interfaces: [builder.nodeInterfaceRef()],
  description:
    'A call that Gatehouse opened for a BROKERED session. Gatehouse watches it from the side: it sees events, never audio, and keeps no words.',
  fields: (t) => ({
    id: t.id({ description: NODE_ID, resolve: ({ id }) => encodeId('RealtimeCall', id) }),
    session: t.field({
      type: RealtimeSessionType,
      description: 'The session whose secret opened it.',
      resolve: async ({ id }, _args, { reader }) => {
        const session = await reader.session(id);
        // Both are dropped with the same month, and seen by the same callers.
        if (session === null) throw new Error('A call refers to a missing session');
        return session;
      },
    }),
    status: t.expose('status', {
      type: CallStatusEnum,
      description: 'The status at the time of the request.',
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'When the secret was used, before the offer was sent to the provider.',
    }),
    connectedAt: t.expose('connectedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the provider had opened the call. Null when it has not, as far as is known.',
    }),
    endedAt: t.expose('endedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the call ended. Null while it has not.',
    }),
    deadlineAt: t.expose('deadlineAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When Gatehouse ends the call at the latest. Null before it is connected.',
    }),
    lastActivityAt: t.expose('lastActivityAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When somebody last spoke or was answered, to a few seconds. Null before it is connected.',
    }),
    endReason: t.expose('endReason', {
      type: CallEndEnum,
      nullable: true,
      description: 'Why the call ended. Null while it has not.',
    }),
    driftedFields: t.exposeStringList('driftedFields', {
      description:
        'The fields of the config that the browser changed during the call, by their names on the wire. Their values are not kept.',
    }),
    usage: t.field({
      type: UsageTotalsType,
      nullable: true,
      description:
        'What the call used so far, as the provider itself reported it, and its cost. Null only with an error beside it.',
      authScopes: { scope: 'USAGE_READ', person: true },
      resolve: ({ id }, _args, { reader }) => reader.sessionUsage(id),
    }),
  }),
});
