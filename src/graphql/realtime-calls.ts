import type { CallFilter } from '../calls/call.ts';
import { CALLS_NEWEST_FIRST } from '../calls/call-order.ts';
import { isStorable } from '../platform/validation/text.ts';
import { builder } from './builder.ts';
import { readPage, toConnection } from './connection.ts';
import { cursorOf } from './cursor.ts';
import { decodeIdOf } from './ids.ts';
import { atMost, MAX_LIST_LENGTH } from './list-limit.ts';
import { forwardPages } from './page-arguments.ts';
import { CallEndEnum, CallStatusEnum } from './realtime-call.ts';
import { RealtimeCallType } from './realtime-call-ref.ts';

const RealtimeCallConnection = builder.connectionObject(
  { type: RealtimeCallType, name: 'RealtimeCallConnection' },
  { name: 'RealtimeCallEdge' },
);

const RealtimeCallFilterInput = builder.inputType('RealtimeCallFilter', {
  description:
    'Calls that match all given fields. A list matches any of its values; an empty list, or an id of a record that you may not see, matches nothing.',
  fields: (t) =>
    ({
      statuses: t.field({
        type: [CallStatusEnum],
        ...atMost(MAX_LIST_LENGTH, 'Calls that have one of these statuses now.'),
      }),
      endReasons: t.field({
        type: [CallEndEnum],
        ...atMost(MAX_LIST_LENGTH, 'Calls that ended for one of these reasons.'),
      }),
      externalUserId: t.string({
        description: 'Calls of the user for whom the applications use this identifier.',
      }),
      applicationId: t.id({ description: 'Calls of sessions that this application requested.' }),
    }) satisfies Record<keyof CallFilter, object>,
});

const LISTING = 'realtimeCalls';
const cursors = cursorOf(CALLS_NEWEST_FIRST);

builder.queryField('realtimeCalls', (t) => {
  const pages = forwardPages(t.arg);
  return t.field({
    type: RealtimeCallConnection,
    description: 'The calls that you may see and that match the filter, newest first.',
    authScopes: { scope: 'SESSIONS_READ', person: true },
    ...pages,
    args: {
      filter: t.arg({ type: RealtimeCallFilterInput, description: 'Default: all calls.' }),
      ...pages.args,
    },
    resolve: async (_root, { filter, ...args }, { reader }) => {
      const page = readPage(LISTING, cursors, args);
      const matching = filterOf(filter);
      const rows = matching === null ? [] : await reader.calls(matching, page);
      return toConnection(LISTING, cursors, page, rows);
    },
  });
});

/** The filter with its id decoded. Null when no call can match: an id of another type, or text with a NUL. */
function filterOf(input: typeof RealtimeCallFilterInput.$inferInput | null | undefined): CallFilter | null {
  const { applicationId: id, ...rest } = input ?? {};
  const applicationId = id == null ? undefined : decodeIdOf('Application', id);
  return applicationId === null || !isStorable(rest.externalUserId ?? '') ? null : { ...rest, applicationId };
}
