import type { SqlParameters } from '../platform/database/statement.ts';
import type { Visibility } from './visibility.ts';

/** Gives the viewer's place among a statement's parameters: an application's id, or a person's external id. */
type Viewer = () => string;
type Rules = { readonly [Reach in Visibility['reach']]: (viewer: Viewer) => string };

const self = (viewer: Viewer) => `(SELECT id FROM end_user WHERE external_id = ${viewer()})`;
const everything = () => 'true';

// What each reach sees of each table that is read by statements of our own; visible-where.db.ts has the others. Every
// statement of the reader has one of these in its WHERE.
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

/** The condition under which rows of a table are visible, with its value among the parameters of the statement. */
export function visible(
  rows: keyof typeof RULES,
  visibility: Visibility,
  { bind: use }: SqlParameters,
): string {
  return RULES[rows][visibility.reach](() => use(viewerOf(visibility)));
}

function viewerOf(visibility: Visibility): string | null {
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
