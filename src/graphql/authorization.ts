import { type Actor, hasScope, type Scope } from '../authorization/actor.ts';
import { visibilityOf } from '../authorization/visibility.ts';
import { decodeId } from './ids.ts';

/**
 * What fields and mutations can ask of their caller (the table is architecture.md's; docs/security.md has it by
 * field). One of the named conditions is enough. Whose records are meant is not decided here: the ledger is read
 * with the caller's visibility.
 */
export type Conditions = {
  /** The caller has the scope, whatever its reach. */
  scope: Scope;
  /** The caller has the scope and reaches everything. */
  everywhere: Scope;
  /** The caller is an end user: what it sees is its own. */
  person: boolean;
  /** The caller has the key of an application: what that asked for is its own, whatever the key's scopes. */
  application: boolean;
};

/** Each condition as a question about one caller, as the scope-auth plugin wants them. */
export function conditionsOf(actor: Actor) {
  return {
    scope: (scope: Scope) => hasScope(actor, scope),
    everywhere: (scope: Scope) => hasScope(actor, scope) && visibilityOf(actor).reach === 'EVERYTHING',
    person: actor.kind === 'user',
    application: actor.kind === 'application',
  };
}

/** Who may see an application beyond its own: whoever sees records of it. */
const SCOPES_THAT_SHOW_APPLICATIONS = [
  'SESSIONS_READ',
  'USAGE_READ',
  'AUDIT_READ',
  'POLICIES_WRITE',
] as const;

/**
 * Whether a caller may ask for an object by its id. Decided by the kind of object alone, before it is looked up:
 * a refusal says nothing of whether it exists.
 */
export function mayAskForNode(actor: Actor, id: string): boolean {
  const { scope, everywhere, person } = conditionsOf(actor);
  const decoded = decodeId(id);
  switch (decoded?.typename) {
    case 'RealtimeSession':
      return scope('SESSIONS_READ') || person;
    case 'User':
      return scope('USERS_READ') || person;
    case 'AuditEvent':
      return scope('AUDIT_READ');
    case 'ApiKey':
      return everywhere('APPLICATIONS_WRITE');
    case 'Application':
      return (
        person ||
        everywhere('APPLICATIONS_WRITE') ||
        SCOPES_THAT_SHOW_APPLICATIONS.some(scope) ||
        (actor.kind === 'application' && actor.applicationId === decoded.id)
      );
    default:
      // No id of ours: there is nothing to keep from anybody.
      return true;
  }
}
