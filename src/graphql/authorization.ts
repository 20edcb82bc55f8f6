import { type Actor, hasScope, type Scope } from '../authorization/actor.ts';
import { visibilityOf } from '../authorization/visibility.ts';
import { decodeId } from './ids.ts';

/**
 * The conditions that a field or mutation can set for its caller; docs/security.md lists them by field. When a field names
 * several, one is enough. They do not decide which records a caller sees: visibility does, when records are read.
 */
export type Conditions = {
  /** The caller has the scope, whatever its reach. */
  scope: Scope;
  /** The caller has the scope and reaches everything. */
  everywhere: Scope;
  /** The caller is an end user, who sees its own records only. */
  person: boolean;
  /** The caller is an application, whatever its scopes: its sessions are its own. */
  application: boolean;
  /** The caller is an operator, whatever its scopes. */
  operator: boolean;
  /** The caller is an application that reaches everything and has a scope, whichever. */
  anyScopeEverywhere: boolean;
};

/** The conditions of one caller, in the form that the scope-auth plugin expects. */
export function conditionsOf(actor: Actor) {
  return {
    scope: (scope: Scope) => hasScope(actor, scope),
    everywhere: (scope: Scope) => hasScope(actor, scope) && visibilityOf(actor).reach === 'EVERYTHING',
    person: actor.kind === 'user',
    application: actor.kind === 'application',
    operator: actor.kind === 'operator',
    anyScopeEverywhere:
      actor.kind === 'application' && actor.reach === 'EVERYTHING' && actor.scopes.length > 0,
  };
}

/** The scopes that show applications other than the caller's own: each of them shows records of applications. */
const SCOPES_THAT_SHOW_APPLICATIONS = [
  'SESSIONS_READ',
  'USAGE_READ',
  'AUDIT_READ',
  'POLICIES_WRITE',
] as const;

/**
 * Whether a caller may read an object by its id. This depends on the type only and is decided before the look-up, so that
 * a refusal does not tell whether the object exists.
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
      // It is no id of ours, so there is nothing to hide.
      return true;
  }
}
