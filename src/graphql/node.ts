import { brandWithType } from '@pothos/core';
import { ApiKeyType } from './api-key.ts';
import { ApplicationType } from './application.ts';
import { AuditEventType } from './audit-event.ts';
import { lackingForNode } from './authorization.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { cost } from './declared-cost.ts';
import { ForbiddenError } from './errors.ts';
import { decodeId } from './ids.ts';
import { atMost } from './list-limit.ts';
import { RealtimeCallType } from './realtime-call-ref.ts';
import { RealtimeSessionType } from './realtime-session-ref.ts';
import { UserType } from './user-ref.ts';

export const MAX_NODES = 100;

builder.queryField('node', (t) =>
  t.field({
    type: builder.nodeInterfaceRef(),
    nullable: true,
    description: 'The object with this id. Null when there is none.',
    args: { id: t.arg.id({ required: true, description: 'The id of an object that implements Node.' }) },
    resolve: (_root, { id }, context) => loadNode('Query.node', id, context),
  }),
);

builder.queryField('nodes', (t) =>
  t.field({
    type: [builder.nodeInterfaceRef()],
    nullable: { list: false, items: true },
    description: 'The objects with these ids, in the same order. Null where there is none.',
    args: {
      ids: t.arg.idList({ required: true, ...atMost(MAX_NODES, 'The ids, of any types.') }),
    },
    extensions: cost({ idsAtMost: MAX_NODES }),
    resolve: (_root, { ids }, context) => ids.map((id) => loadNode('Query.nodes', id, context)),
  }),
);

async function loadNode(coordinate: string, id: string, context: Context): Promise<object | null> {
  const { actor, reader } = context;
  const lacking = lackingForNode(actor, id);
  if (lacking !== null) throw new ForbiddenError(coordinate, lacking);
  const decoded = decodeId(id);
  if (decoded === null) return null;
  switch (decoded.typename) {
    case 'RealtimeSession':
      return branded(RealtimeSessionType, await reader.session(decoded.id));
    case 'RealtimeCall':
      return branded(RealtimeCallType, await reader.call(decoded.id));
    case 'User':
      return branded(UserType, await reader.user(decoded.id));
    case 'Application':
      return branded(ApplicationType, await reader.application(decoded.id));
    case 'ApiKey':
      return branded(ApiKeyType, await reader.apiKey(decoded.id));
    case 'AuditEvent':
      return branded(AuditEventType, await reader.auditEvent(decoded.id));
    default:
      return null;
  }
}

/** Marks a record with its type, because the interface cannot tell the type from the record's fields. */
function branded<T extends object>(type: Parameters<typeof brandWithType>[1], record: T | null): T | null {
  if (record !== null) brandWithType(record, type);
  return record;
}
