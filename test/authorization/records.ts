import type { TestDatabase } from '../support/database.ts';
import { nodes, type RecordType } from './intended-table.ts';

/** What is known of a record beside the gateway, by looking into its tables as superuser. */
export type Fact = {
  readonly type: RecordType;
  readonly uuid: string;
  /** An application's name, a user's external id, an event's action. */
  readonly name: string;
  readonly user: string | null;
  readonly application: string | null;
  readonly session: string | null;
  readonly actorUser: string | null;
  readonly actorApplication: string | null;
  readonly actorApiKey: string | null;
};

const NOTHING = `NULL::uuid AS "actorUser", NULL::uuid AS "actorApplication", NULL::uuid AS "actorApiKey"`;
const FACTS: Record<RecordType, string> = {
  RealtimeSession: `SELECT id AS uuid, '' AS name, user_id AS user, application_id AS application, NULL::uuid AS session, ${NOTHING} FROM realtime_session`,
  RealtimeCall: `SELECT session_id AS uuid, '' AS name, user_id AS user, application_id AS application, session_id AS session, ${NOTHING} FROM realtime_call`,
  User: `SELECT id AS uuid, external_id AS name, NULL::uuid AS user, NULL::uuid AS application, NULL::uuid AS session, ${NOTHING} FROM end_user`,
  Application: `SELECT id AS uuid, name, NULL::uuid AS user, NULL::uuid AS application, NULL::uuid AS session, ${NOTHING} FROM application`,
  ApiKey: `SELECT id AS uuid, name, NULL::uuid AS user, application_id AS application, NULL::uuid AS session, ${NOTHING} FROM api_key`,
  AuditEvent: `SELECT id AS uuid, action AS name, user_id AS user, application_id AS application, session_id AS session,
    actor_user_id AS "actorUser", actor_application_id AS "actorApplication", actor_api_key_id AS "actorApiKey" FROM audit_event`,
};

/** All records, oldest first within each type. */
export async function readFacts(database: TestDatabase): Promise<readonly Fact[]> {
  const types = Object.keys(nodes) as RecordType[];
  const rows = types.map(async (type) =>
    (await database.query<Omit<Fact, 'type'>>(`${FACTS[type]} ORDER BY 1`)).map((row) => ({ ...row, type })),
  );
  return (await Promise.all(rows)).flat();
}

/** An id as the contract has it: base64 of "TypeName:uuid". */
export function idOf({ type, uuid }: Pick<Fact, 'type' | 'uuid'>): string {
  return Buffer.from(`${type}:${uuid}`).toString('base64');
}

/** An id that nothing has, next to one that something has. */
export function missingBeside({ type, uuid }: Pick<Fact, 'type' | 'uuid'>): string {
  return idOf({ type, uuid: neighbour(uuid) });
}

/** The uuid just beside another, so that nothing is ordered between the two. */
export function neighbour(uuid: string): string {
  const last = Number.parseInt(uuid.slice(-1), 16);
  return uuid.slice(0, -1) + (last ^ 1).toString(16);
}

/** Whom somebody's reach is counted from. */
export type Viewpoint =
  | { readonly reach: 'EVERYTHING' }
  | { readonly reach: 'OWN_APPLICATION'; readonly application: string }
  | { readonly reach: 'SELF'; readonly user: string | null };

/** Whether a record is there for somebody, given that its kind may be asked for: "Visibility" of the architecture. */
export function isVisible(record: Fact, viewpoint: Viewpoint, facts: readonly Fact[]): boolean {
  switch (viewpoint.reach) {
    case 'EVERYTHING':
      return true;
    case 'OWN_APPLICATION':
      return isVisibleToApplication(record, viewpoint.application, facts);
    case 'SELF':
      return isVisibleToPerson(record, viewpoint.user, facts);
    default:
      return viewpoint satisfies never;
  }
}

const sessionsAmong = (facts: readonly Fact[]) => facts.filter(({ type }) => type === 'RealtimeSession');

function isVisibleToApplication(record: Fact, application: string, facts: readonly Fact[]): boolean {
  switch (record.type) {
    case 'RealtimeSession':
    case 'RealtimeCall':
    case 'ApiKey':
      return record.application === application;
    case 'Application':
      return record.uuid === application;
    case 'User':
      return sessionsAmong(facts).some(
        (session) => session.user === record.uuid && session.application === application,
      );
    case 'AuditEvent':
      return record.application === application || record.actorApplication === application;
    default:
      return record.type satisfies never;
  }
}

function isVisibleToPerson(record: Fact, user: string | null, facts: readonly Fact[]): boolean {
  switch (record.type) {
    case 'RealtimeSession':
    case 'RealtimeCall':
      return user !== null && record.user === user;
    case 'User':
      return record.uuid === user;
    case 'Application':
      return (
        record.name === 'default' ||
        (user !== null &&
          sessionsAmong(facts).some(
            (session) => session.user === user && session.application === record.uuid,
          ))
      );
    case 'ApiKey':
    case 'AuditEvent':
      return false;
    default:
      return record.type satisfies never;
  }
}
