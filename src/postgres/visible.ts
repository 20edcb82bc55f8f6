import type { Visibility } from '../domain/visibility.ts';

/** A condition of a statement, with the values of its parameters. */
export type Condition = { readonly sql: string; readonly values: readonly unknown[] };

type Rules = {
  readonly [Reach in Visibility['reach']]: (parameter: string) => string;
};

// What each reach sees of each table, in terms of one parameter: an application's id, or a person's external id.
// This is the one place that says so; every statement of the reader has one of these in its WHERE.
const SELF = (parameter: string) => `(SELECT id FROM end_user WHERE external_id = ${parameter})`;
const RULES = {
  /** realtime_session AS s */
  sessions: {
    EVERYTHING: () => 'true',
    OWN_APPLICATION: (app) => `s.application_id = ${app}::uuid`,
    SELF: (person) => `s.user_id = ${SELF(person)}`,
  },
  /** end_user AS u */
  users: {
    EVERYTHING: () => 'true',
    OWN_APPLICATION: (app) =>
      `EXISTS (SELECT FROM application_user AS own WHERE own.application_id = ${app}::uuid AND own.user_id = u.id)`,
    SELF: (person) => `u.external_id = ${person}`,
  },
  /** application AS a. A person sees those that hold its sessions, the built-in one among them. */
  applications: {
    EVERYTHING: () => 'true',
    OWN_APPLICATION: (app) => `a.id = ${app}::uuid`,
    SELF: (person) =>
      `(a.name = 'default' OR EXISTS (SELECT FROM application_user AS own WHERE own.application_id = a.id AND own.user_id = ${SELF(person)}))`,
  },
  /** api_key AS k */
  apiKeys: {
    EVERYTHING: () => 'true',
    OWN_APPLICATION: (app) => `k.application_id = ${app}::uuid`,
    SELF: () => 'false',
  },
  /** audit_event AS e: what concerns the application, and what it did itself. */
  auditEvents: {
    EVERYTHING: () => 'true',
    OWN_APPLICATION: (app) => `(e.application_id = ${app}::uuid OR e.actor_application_id = ${app}::uuid)`,
    SELF: () => 'false',
  },
} satisfies Record<string, Rules>;

/**
 * The condition under which rows of a table are visible. `position` is the number of its parameter, if it has
 * one: the values go after those that the statement has already.
 */
export function visible(rows: keyof typeof RULES, visibility: Visibility, position: number): Condition {
  const sql = RULES[rows][visibility.reach](`$${position}`);
  return { sql, values: sql.includes('$') ? valuesOf(visibility) : [] };
}

function valuesOf(visibility: Visibility): readonly string[] {
  switch (visibility.reach) {
    case 'EVERYTHING':
      return [];
    case 'OWN_APPLICATION':
      return [visibility.applicationId];
    case 'SELF':
      return [visibility.externalId];
    default:
      return visibility satisfies never;
  }
}
