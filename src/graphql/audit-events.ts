import { auditActions, isAuditAction } from '../audit/actions.ts';
import type { AuditEventFilter } from '../audit/audit-event-filter.ts';
import { NEWEST_FIRST } from '../platform/database/page.ts';
import { isStorable } from '../platform/validation/text.ts';
import { ActorKindEnum, AuditEventConnection, AuditOutcomeEnum } from './audit-event.ts';
import { builder } from './builder.ts';
import { readPage, toConnection } from './connection.ts';
import { cursorOf } from './cursor.ts';
import { BadInputError } from './errors.ts';
import { decodeIdOf } from './ids.ts';
import { atMost, MAX_LIST_LENGTH } from './list-limit.ts';
import { forwardPages, pagesBothWays } from './page-arguments.ts';
import { UserType } from './user-ref.ts';

const AuditEventFilterInput = builder.inputType('AuditEventFilter', {
  description:
    'Events that match all given fields. A list matches any of its values; an empty list, or an id that does not exist, matches nothing. In a long trail give userId, sessionId, or from and to: with the other fields alone the trail is searched backward from the newest event, so rare events may take too long.',
  fields: (t) => ({
    actions: t.stringList(
      atMost(
        MAX_LIST_LENGTH,
        `Events with one of these actions: ${auditActions.join(', ')}. Any other is refused.`,
      ),
    ),
    outcomes: t.field({
      type: [AuditOutcomeEnum],
      ...atMost(MAX_LIST_LENGTH, 'Events with one of these outcomes.'),
    }),
    userId: t.id({ description: 'Events about this user.' }),
    sessionId: t.id({ description: 'Events about this session.' }),
    applicationId: t.id({ description: 'Events about this application, and events that it caused.' }),
    actorKinds: t.field({
      type: [ActorKindEnum],
      ...atMost(MAX_LIST_LENGTH, 'Events that one of these kinds of callers caused.'),
    }),
    requestId: t.string({
      description: 'Events that this request caused, by the value of its X-Request-Id header.',
    }),
    from: t.field({ type: 'DateTime', description: 'Events at this time or later.' }),
    to: t.field({ type: 'DateTime', description: 'Events before this time.' }),
  }),
});

const cursors = cursorOf(NEWEST_FIRST);

builder.queryField('auditEvents', (t) =>
  t.field({
    type: AuditEventConnection,
    description:
      'The audit events that you may see and that match the filter, newest first. Needs AUDIT_READ.',
    authScopes: { scope: 'AUDIT_READ' },
    ...pagesBothWays(t.arg, {
      filter: t.arg({ type: AuditEventFilterInput, description: 'Default: all events.' }),
    }),
    resolve: async (_root, { filter, ...args }, { reader }) => {
      const page = readPage('auditEvents', cursors, args);
      const matches = toFilter(filter);
      const rows = matches === null ? [] : await reader.auditEvents(page, matches);
      return toConnection('auditEvents', cursors, page, rows, async (upTo) =>
        matches === null ? 0 : reader.countAuditEvents(matches, upTo),
      );
    },
  }),
);

builder.objectField(UserType, 'auditEvents', (t) =>
  t.field({
    type: AuditEventConnection,
    nullable: true,
    description:
      'The audit events about this user, newest first. Needs AUDIT_READ. Null only with an error beside it.',
    authScopes: { scope: 'AUDIT_READ' },
    ...forwardPages(t.arg),
    resolve: async ({ id }, args, { reader }) => {
      const listing = `User.auditEvents/${id}`;
      const page = readPage(listing, cursors, args);
      const rows = await reader.auditEvents(page, { userId: id });
      return toConnection(listing, cursors, page, rows, (upTo) =>
        reader.countAuditEvents({ userId: id }, upTo),
      );
    },
  }),
);

type FilterInput = typeof AuditEventFilterInput.$inferInput;

/**
 * The filter with its ids decoded. Null when no event can match: an id of another type, or text with a NUL.
 * @throws BadInputError naming an action that there is not
 */
function toFilter(input: FilterInput | null | undefined): AuditEventFilter | null {
  const { userId, sessionId, applicationId, ...rest } = input ?? {};
  const ids = {
    userId: userId == null ? undefined : decodeIdOf('User', userId),
    sessionId: sessionId == null ? undefined : decodeIdOf('RealtimeSession', sessionId),
    applicationId: applicationId == null ? undefined : decodeIdOf('Application', applicationId),
  };
  const unknown = rest.actions?.findIndex((action) => !isAuditAction(action)) ?? -1;
  if (unknown >= 0)
    throw new BadInputError(`filter.actions.${unknown}`, `must be one of ${auditActions.join(', ')}`);
  // PostgreSQL cannot store a NUL in text, so nothing equals a text that has one.
  const canMatch = !Object.values(ids).includes(null) && isStorable(rest.requestId ?? '');
  return canMatch ? { ...rest, ...ids } : null;
}
