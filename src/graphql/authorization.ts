import { RequestCache } from '@pothos/plugin-scope-auth';
import type { GraphQLFieldExtensions } from 'graphql';
import { type Actor, hasScope, type Scope } from '../authorization/actor.ts';
import { visibilityOf } from '../authorization/visibility.ts';
import type { Context } from './context.ts';
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

/** The conditions of one caller, in the form that the scope-auth plugin expects. */
export function conditionsOf(actor: Actor) {
  const allows = (conditions: Partial<Conditions>) => lackingFor(actor, conditions) === null;
  return {
    scope: (scope: Conditions['scope']) => allows({ scope }),
    everywhere: (everywhere: Conditions['everywhere']) => allows({ everywhere }),
    person: actor.kind === 'user',
    application: actor.kind === 'application',
    operator: actor.kind === 'operator',
    anyScopeEverywhere:
      actor.kind === 'application' && actor.reach === 'EVERYTHING' && actor.scopes.length > 0,
  };
}

/**
 * Forgets what the scope-auth plugin keeps for an operation that has been executed. It keeps it in a WeakMap, under the
 * context, and what it keeps refers to the context: to the collector of young objects, which takes the values of an old
 * WeakMap for used, everything of a request was used, and a fifth of its memory was copied twice.
 */
export function forgetConditions(context: Context): void {
  RequestCache.clearForContext(context);
}

/** What a caller lacks, all of which it needs: scopes, and EVERYTHING where its reach is too small. */
export type Lacking = readonly (Scope | 'EVERYTHING')[];

/**
 * What a caller lacks for one of the conditions, the one for which it lacks least. Null when it satisfies one of them;
 * empty when no scope and no reach would help.
 */
export function lackingFor(
  actor: Actor,
  { scope = [], everywhere = [], person = false, application = false }: Partial<Conditions>,
): Lacking | null {
  if ((person && actor.kind === 'user') || (application && actor.kind === 'application')) return null;
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
  return least.length === 0 && ways.length > 0 ? null : least;
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
