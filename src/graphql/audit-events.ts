import type { AuditEventFilter } from '../audit/audit-event-filter.ts';
import { NEWEST_FIRST } from '../platform/database/page.ts';
import { isStorable } from '../platform/validation/text.ts';
import { ActorKindEnum, AuditEventConnection, AuditOutcomeEnum } from './audit-event.ts';
import { builder } from './builder.ts';
import { readPage, toConnection } from './connection.ts';
import { cursorOf } from './cursor.ts';
import { decodeIdOf } from './ids.ts';
import { forwardPages, pagesBothWays } from './page-arguments.ts';
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

const cursors = cursorOf(NEWEST_FIRST);

builder.queryField('auditEvents', (t) =>
  t.field({
    type: AuditEventConnection,
    description: 'The audit events that you may see and that fit the filter, newest first. Needs AUDIT_READ.',
    authScopes: { scope: 'AUDIT_READ' },
    ...pagesBothWays(t.arg, {
      filter: t.arg({ type: AuditEventFilterInput, description: 'Default: all events.' }),
    }),
    resolve: async (_root, { filter, ...args }, { reader }) => {
      const page = readPage('auditEvents', cursors, args);
      const matches = toFilter(filter);
      const rows = matches === null ? [] : await reader.auditEvents(page, matches);
      return toConnection('auditEvents', cursors, page, rows);
    },
  }),
);

builder.objectField(UserType, 'auditEvents', (t) =>
  t.field({
    type: AuditEventConnection,
    description: 'What happened that is about this user, newest first. Needs AUDIT_READ.',
    authScopes: { scope: 'AUDIT_READ' },
    ...forwardPages(t.arg),
    resolve: async ({ id }, args, { reader }) => {
      const listing = `User.auditEvents/${id}`;
      const page = readPage(listing, cursors, args);
      return toConnection(listing, cursors, page, await reader.auditEvents(page, { userId: id }));
    },
  }),
);

type FilterInput = typeof AuditEventFilterInput.$inferInput;

/** The filter with its ids decoded. Null when no event can match: an id of another type, or text with a NUL. */
function toFilter(input: FilterInput | null | undefined): AuditEventFilter | null {
  const { userId, sessionId, applicationId, from, to, ...rest } = input ?? {};
  const ids = {
    userId: userId == null ? undefined : decodeIdOf('User', userId),
    sessionId: sessionId == null ? undefined : decodeIdOf('RealtimeSession', sessionId),
    applicationId: applicationId == null ? undefined : decodeIdOf('Application', applicationId),
  };
  // PostgreSQL cannot store a NUL in text, so nothing equals a text that has one.
  const storable = [rest.requestId ?? '', ...(rest.actions ?? [])].every(isStorable);
  return Object.values(ids).includes(null) || !storable
    ? null
    : { ...rest, ...ids, from: from?.date, to: to?.date };
}
