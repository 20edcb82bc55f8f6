import type { GraphQLFieldExtensions } from 'graphql';
import { type Actor, hasScope, type Scope } from '../authorization/actor.ts';
import { visibilityOf } from '../authorization/visibility.ts';
import { decodeId } from './ids.ts';

/**
 * The conditions that a field or mutation can set for its caller; docs/security.md lists them by field. When a field names
 * several, one is enough. They do not decide which records a caller sees: visibility does, when records are read.
 */
export type Conditions = {
  /** The caller has the scope, or one of them, whatever its reach. */
  scope: Scope | readonly Scope[];
  /** The caller has the scope, or one of them, and reaches everything. */
  everywhere: Scope | readonly Scope[];
  /** The caller is an end user, who sees its own records only. */
  person: boolean;
  /** The caller is an application, whatever its scopes: its sessions are its own. */
  application: boolean;
  /** The caller is an operator, whatever its scopes. */
  operator: boolean;
  /** The caller is an application that reaches everything and has a scope, whichever. */
  anyScopeEverywhere: boolean;
};

declare module 'graphql' {
  interface GraphQLFieldExtensions<_TSource, _TContext, _TArgs> {
    /** The options of the builder, which it keeps here. */
    readonly pothosOptions?: { readonly authScopes?: Partial<Conditions> };
  }
}

/** What a caller lacks, all of which it needs: scopes, and EVERYTHING where its reach is too small. */
export type Lacking = readonly (Scope | 'EVERYTHING')[];

/**
 * What a caller lacks for one of the conditions, the one for which it lacks least. Null when it satisfies one of them;
 * empty when no scope and no reach would help.
 */
export function lackingFor(actor: Actor, conditions: Partial<Conditions>): Lacking | null {
  if (satisfiesOne(actor, conditions)) return null;
  const { scope = [], everywhere = [] } = conditions;
  const ways: Lacking[] = [
    ...[scope].flat().map((one) => [one]),
    ...[everywhere].flat().map((one) => [one, 'EVERYTHING'] as const),
  ];
  const lacking = ways.map((way) =>
    way.filter((need) =>
      need === 'EVERYTHING' ? visibilityOf(actor).reach !== need : !hasScope(actor, need),
    ),
  );
  const [least = []] = lacking.toSorted((a, b) => a.length - b.length);
  return least;
}

function satisfiesOne(actor: Actor, conditions: Partial<Conditions>): boolean {
  const { scope, everywhere, person, application, operator, anyScopeEverywhere } = conditions;
  if (person && actor.kind === 'user') return true;
  if (operator && actor.kind === 'operator') return true;
  if (actor.kind === 'application') {
    if (application) return true;
    if (anyScopeEverywhere && actor.reach === 'EVERYTHING' && actor.scopes.length > 0) return true;
  }
  if (scope !== undefined && hasOneOf(actor, scope)) return true;
  return (
    everywhere !== undefined && visibilityOf(actor).reach === 'EVERYTHING' && hasOneOf(actor, everywhere)
  );
}

function hasOneOf(actor: Actor, wanted: Scope | readonly Scope[]): boolean {
  return typeof wanted === 'string' ? hasScope(actor, wanted) : wanted.some((one) => hasScope(actor, one));
}

type Declared = { readonly extensions: GraphQLFieldExtensions<unknown, unknown> };

/** Whether a field of the schema declares any conditions. */
export function declaresConditions({ extensions }: Declared): boolean {
  return extensions.pothosOptions?.authScopes !== undefined;
}

/** The same for the conditions that a field of the schema declares. Null as well when it declares none. */
export function lackingForField(actor: Actor, { extensions }: Declared): Lacking | null {
  const conditions = extensions.pothosOptions?.authScopes;
  return conditions === undefined ? null : lackingFor(actor, conditions);
}

/** The scopes that read records. With reach EVERYTHING each of them also reads the names of all applications. */
export const READ_SCOPES = ['SESSIONS_READ', 'USAGE_READ', 'AUDIT_READ', 'USERS_READ'] as const;

/**
 * What a caller lacks to read an object by its id; null when it may. This depends on the type only and is decided before
 * the look-up, so that a refusal does not tell whether the object exists.
 */
export function lackingForNode(actor: Actor, id: string): Lacking | null {
  const decoded = decodeId(id);
  switch (decoded?.typename) {
    case 'RealtimeSession':
    case 'RealtimeCall':
      return lackingFor(actor, { scope: 'SESSIONS_READ', person: true });
    case 'User':
      return lackingFor(actor, { scope: 'USERS_READ', person: true });
    case 'AuditEvent':
      return lackingFor(actor, { scope: 'AUDIT_READ' });
    case 'ApiKey':
      return lackingFor(actor, { everywhere: 'APPLICATIONS_WRITE' });
    case 'Application':
      if (actor.kind === 'application' && actor.applicationId === decoded.id) return null;
      return lackingFor(actor, {
        person: true,
        // Each of them shows records of applications other than the caller's own.
        scope: ['SESSIONS_READ', 'USAGE_READ', 'AUDIT_READ', 'POLICIES_WRITE'],
        everywhere: ['USERS_READ', 'APPLICATIONS_WRITE'],
      });
    default:
      // It is no id of ours, so there is nothing to hide.
      return null;
  }
}
