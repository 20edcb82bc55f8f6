import type { SqlParameters } from '../platform/database/statement.ts';
import type { Visibility } from './visibility.ts';

/** Binds the viewer (an application's id, or a person's external id) and returns its placeholder. */
type Viewer = () => string;
type Rules = { readonly [Reach in Visibility['reach']]: (viewer: Viewer) => string };

const self = (viewer: Viewer) => `(SELECT id FROM end_user WHERE external_id = ${viewer()})`;
const everything = () => 'true';

// What each reach sees of each table. Every statement of the reader has one of these in its WHERE. Visibility is also
// decided in:
// - visible-where.db.ts, for the tables that are read through Prisma's models;
// - users/find-users.db.ts and users/list-users.db.ts, for a user's last session;
// - sessions/list-sessions.db.ts, for the external id of a person that lists its own sessions;
// - sessions/identify-secret.db.ts and .sql, for whose secrets may be identified;
// - usage/usage-parts.db.ts, for whether sums over all users may be read;
// - subscriptions/session-event.ts, for events that were read once for all subscribers.
const RULES = {
  /** realtime_session AS s */
  sessions: {
    EVERYTHING: everything,
    OWN_APPLICATION: (viewer) => `s.application_id = ${viewer()}::uuid`,
    SELF: (viewer) => `s.user_id = ${self(viewer)}`,
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
  /** usage_record AS r, or its sums by user; sums over all users have no user, and are not for a person. */
  usage: {
    EVERYTHING: everything,
    OWN_APPLICATION: (viewer) => `r.application_id = ${viewer()}::uuid`,
    SELF: (viewer) => `r.user_id = ${self(viewer)}`,
  },
} satisfies Record<string, Rules>;

/** The condition under which rows of a table are visible. Binds the viewer as a parameter of the statement. */
export function visible(rows: keyof typeof RULES, visibility: Visibility, { bind }: SqlParameters): string {
  return RULES[rows][visibility.reach](() => bind(viewerOf(visibility)));
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
