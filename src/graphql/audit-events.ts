import type { AuditEventFilter } from '../audit/audit-event-filter.ts';
import { isStorable } from '../platform/validation/text.ts';
import { ActorKindEnum, AuditEventConnection, AuditOutcomeEnum } from './audit-event.ts';
import { builder } from './builder.ts';
import { pageOf, toConnection } from './connection.ts';
import { decodeIdOf } from './ids.ts';
import { pageArguments } from './page-arguments.ts';
import { UserType } from './user-ref.ts';

const AuditEventFilterInput = builder.inputType('AuditEventFilter', {
  description:
    'Which audit events are meant: those that fit every field that is given. A list means any of its values; an empty one, or an id of nothing, means none. In a long trail give userId, sessionId, or from and to: by the other fields alone it is searched from its newest event back, and what is rare may take too long.',
  fields: (t) => ({
    actions: t.stringList({ description: 'By action, exactly, e.g. "session.issued".' }),
    outcomes: t.field({ type: [AuditOutcomeEnum], description: 'By how it went.' }),
    userId: t.id({ description: 'About the user with that id.' }),
    sessionId: t.id({ description: 'About the session with that id.' }),
    applicationId: t.id({ description: 'That concern this application, or that it did itself.' }),
    actorKinds: t.field({ type: [ActorKindEnum], description: 'By what sort of caller did it.' }),
    requestId: t.string({ description: 'That this request caused: what the X-Request-Id header said.' }),
    from: t.field({ type: 'DateTime', description: 'At that moment or later.' }),
    to: t.field({ type: 'DateTime', description: 'Before that moment.' }),
  }),
});

builder.queryField('auditEvents', (t) =>
  t.field({
    type: AuditEventConnection,
    description: 'The audit events that you may see and that fit the filter, newest first. Needs AUDIT_READ.',
    authScopes: { scope: 'AUDIT_READ' },
    args: {
      filter: t.arg({ type: AuditEventFilterInput, description: 'Left out: all of them.' }),
      ...pageArguments(t.arg),
    },
    resolve: async (_root, { filter: given, ...args }, { reader }) => {
      const page = pageOf('auditEvents', args);
      const filter = filterOf(given);
      return toConnection('auditEvents', page, filter === null ? [] : await reader.auditEvents(page, filter));
    },
  }),
);

builder.objectField(UserType, 'auditEvents', (t) =>
  t.field({
    type: AuditEventConnection,
    description: 'What happened that is about this user, newest first. Needs AUDIT_READ.',
    authScopes: { scope: 'AUDIT_READ' },
    args: {
      first: t.arg.int({ description: 'Page size: default 20, at most 100.' }),
      after: t.arg.string({ description: 'Go on after this cursor, e.g. the endCursor of the page before.' }),
    },
    resolve: async ({ id }, args, { reader }) => {
      const listing = `User.auditEvents/${id}`;
      const page = pageOf(listing, args);
      return toConnection(listing, page, await reader.auditEvents(page, { userId: id }));
    },
  }),
);

type Given = typeof AuditEventFilterInput.$inferInput;

/** A filter as the ledger takes it; null when nothing can fit it: an id of something else, text that nothing can be. */
function filterOf(given: Given | null | undefined): AuditEventFilter | null {
  const { userId, sessionId, applicationId, ...rest } = given ?? {};
  const ids = {
    userId: userId == null ? undefined : decodeIdOf('User', userId),
    sessionId: sessionId == null ? undefined : decodeIdOf('RealtimeSession', sessionId),
    applicationId: applicationId == null ? undefined : decodeIdOf('Application', applicationId),
  };
  // PostgreSQL has no NUL in text: what holds one is nothing's.
  const storable = [rest.requestId ?? '', ...(rest.actions ?? [])].every(isStorable);
  return Object.values(ids).includes(null) || !storable ? null : { ...rest, ...ids };
}
