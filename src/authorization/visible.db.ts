import { and, type Condition, compare, type Operand, parameter } from '../platform/database/condition.ts';
import type { SqlParameters } from '../platform/database/statement.ts';
import type { Visibility } from './visibility.ts';

/** Binds the viewer (an application's id, or a person's external id) and returns its placeholder. */
type Viewer = () => string;
type Rules = { readonly [Reach in Visibility['reach']]: (viewer: Viewer) => string };

const userByExternalId = (placeholder: string) =>
  `(SELECT id FROM end_user WHERE external_id = ${placeholder})`;
const self = (viewer: Viewer) => userByExternalId(viewer());
const everything = () => 'true';

// What each reach sees of each table; `visibleSessions` is the one of sessions. Every statement of the reader has one of
// these in its WHERE. Visibility is also decided in:
// - visible-where.db.ts, for the tables that are read through Prisma's models;
// - users/find-users.db.ts and users/list-users.db.ts, for a user's first and last session;
// - sessions/list-sessions.db.ts, for the external id of a person that lists its own sessions;
// - sessions/identify-secret.db.ts and .sql, for whose secrets may be identified;
// - usage/usage-parts.db.ts, for whether sums over all users may be read;
// - statistics/statistics-parts.db.ts, for that too, and for whom a denial may name;
// - subscriptions/session-event.ts, for events that were read once for all subscribers.
const RULES = {
  /** realtime_call AS c: what the session sees. */
  calls: {
    EVERYTHING: everything,
    OWN_APPLICATION: (viewer) => `c.application_id = ${viewer()}::uuid`,
    SELF: (viewer) => `c.user_id = ${self(viewer)}`,
  },
  /** end_user AS u */
  users: {
    EVERYTHING: everything,
    OWN_APPLICATION: (viewer) =>
      `EXISTS (SELECT FROM application_user AS own WHERE own.application_id = ${viewer()}::uuid AND own.user_id = u.id)`,
    SELF: (viewer) => `u.external_id = ${viewer()}`,
  },
  /** audit_event AS e: what concerns the application, and what it did itself. */
  auditEvents: {
    EVERYTHING: everything,
    OWN_APPLICATION: (viewer) => `${viewer()}::uuid IN (e.application_id, e.actor_application_id)`,
    SELF: () => 'false',
  },
  /**
   * usage_record AS r, session_counts AS r, or their sums by user; sums over all users have no user, and are not for a
   * person.
   */
  usage: {
    EVERYTHING: everything,
    OWN_APPLICATION: (viewer) => `r.application_id = ${viewer()}::uuid`,
    SELF: (viewer) => `r.user_id = ${self(viewer)}`,
  },
} satisfies Record<string, Rules>;

/** The condition under which rows of a table are visible, with its value among the parameters of the statement. */
export function visible(
  rows: 'sessions' | keyof typeof RULES,
  visibility: Visibility,
  params: SqlParameters,
): string {
  if (rows === 'sessions') return and(visibleSessions(visibility), 's', params);
  return RULES[rows][visibility.reach](() => params.bind(viewerOf(visibility)));
}

/** What each reach sees of realtime_session. As values, because a listing chooses its plan by them; empty: all rows. */
export function visibleSessions(visibility: Visibility): readonly Condition[] {
  switch (visibility.reach) {
    case 'EVERYTHING':
      return [];
    case 'OWN_APPLICATION':
      return [compare('application_id', '=', parameter(visibility.applicationId, 'uuid'))];
    case 'SELF':
      return [compare('user_id', '=', userIdOf(visibility.externalId))];
    default:
      return visibility satisfies never;
  }
}

/** The id of the user with that external id, to compare a column with. */
export function userIdOf(externalId: string): Operand {
  return { value: externalId, sql: userByExternalId };
}

/** The application's id, or the person's external id; null: everything is visible. */
export function viewerOf(visibility: Visibility): string | null {
  switch (visibility.reach) {
    case 'EVERYTHING':
      return null;
    case 'OWN_APPLICATION':
      return visibility.applicationId;
    case 'SELF':
      return visibility.externalId;
    default:
      return visibility satisfies never;
  }
}
