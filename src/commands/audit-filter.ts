import type { AuditAction } from '../audit/actions.ts';
import type { AuditOutcome } from '../audit/audit-event.ts';
import type { AuditEventFilter } from '../audit/audit-event-filter.ts';
import type { ActorKind } from '../authorization/actor.ts';
import { decodeIdOf, isUuid } from '../graphql/ids.ts';
import type { Database } from '../platform/database/database.ts';
import type { InputIssue } from '../platform/validation/input-issue.ts';
import type { Instant } from '../platform/validation/instant.ts';
import { isStorable } from '../platform/validation/text.ts';
import { createReader } from '../reader.db.ts';
import { parseExternalUserId } from '../users/parse-external-user-id.ts';

export type AuditExportOptions = {
  readonly action?: readonly AuditAction[];
  readonly outcome?: readonly AuditOutcome[];
  readonly user?: string;
  readonly userId?: string;
  readonly session?: string;
  readonly application?: string;
  readonly actorKind?: readonly ActorKind[];
  readonly request?: string;
  readonly from?: Date;
  readonly to?: Date;
};

/** The filter that the options make, or which of them names nothing that there is. */
export async function auditFilterOf(
  database: Database,
  { user, userId, session, application, request, ...options }: AuditExportOptions,
): Promise<{ readonly filter: AuditEventFilter; readonly issues: readonly InputIssue[] }> {
  const reader = createReader(database, { reach: 'EVERYTHING' });
  const ids = {
    user: user === undefined ? undefined : await idOfUser(reader, user),
    'user-id': uuidOf('User', userId),
    session: uuidOf('RealtimeSession', session),
    application:
      application === undefined
        ? undefined
        : ((await reader.applications()).find(({ name }) => name === application)?.id ?? null),
  };
  const issues = Object.entries(ids).flatMap(([option, id]) =>
    id === null ? [{ path: [option], message: 'names nothing that there is' }] : [],
  );
  if (user !== undefined && userId !== undefined)
    issues.push({ path: ['user-id'], message: 'cannot be combined with --user' });
  if (request !== undefined && !isStorable(request))
    issues.push({ path: ['request'], message: 'is no id of a request' });
  const filter = {
    actions: options.action,
    outcomes: options.outcome,
    actorKinds: options.actorKind,
    userId: ids.user ?? ids['user-id'],
    sessionId: ids.session,
    applicationId: ids.application,
    requestId: request,
    from: toInstant(options.from),
    to: toInstant(options.to),
  };
  return { filter, issues };
}

function toInstant(date: Date | undefined): Instant | undefined {
  return date === undefined ? undefined : { date, microseconds: 0 };
}

async function idOfUser(
  reader: Pick<ReturnType<typeof createReader>, 'userByExternalId'>,
  externalId: string,
): Promise<string | null> {
  const parsed = parseExternalUserId(externalId);
  return parsed.ok ? ((await reader.userByExternalId(parsed.value))?.id ?? null) : null;
}

/** Null: it is no id. */
function uuidOf(typename: string, id: string | undefined): string | null | undefined {
  return id === undefined || isUuid(id) ? id : decodeIdOf(typename, id);
}
