import { type Condition, type Opening, SCOPES, type Scope } from './intended-table.ts';
import type { Fact, Viewpoint } from './records.ts';

/** What a credential is worth, as whoever made it meant it. */
export type Standing =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'end user'; readonly externalId: string }
  | {
      readonly kind: 'application';
      readonly application: 'A' | 'B' | 'C';
      readonly scopes: readonly Scope[];
      readonly reach: 'OWN_APPLICATION' | 'EVERYTHING';
    }
  | { readonly kind: 'operator'; readonly scopes: readonly Scope[] };

export type KeyReach = Extract<Standing, { kind: 'application' }>['reach'];

const READERS: readonly Scope[] = ['SESSIONS_READ', 'USERS_READ', 'USAGE_READ', 'AUDIT_READ'];
const NOBODY: Standing = { kind: 'nobody' };

function key(application: 'A' | 'B' | 'C', scopes: readonly Scope[], reach: KeyReach): Standing {
  return { kind: 'application', application, scopes, reach };
}

const without = (scope: Scope) => SCOPES.filter((other) => other !== scope);
const byScope = (make: (scope: Scope) => readonly (readonly [string, Standing])[]) =>
  Object.fromEntries(SCOPES.flatMap(make));

/** Every kind of caller, by name. */
export const callers: Readonly<Record<string, Standing>> = {
  'no credential': NOBODY,
  'a credential that is none': NOBODY,
  'a key with a wrong secret': NOBODY,
  "another issuer's token": NOBODY,
  'a revoked key': NOBODY,
  'an expired key': NOBODY,
  'end user alice': { kind: 'end user', externalId: 'alice' },
  'end user bob': { kind: 'end user', externalId: 'bob' },
  'an end user without records': { kind: 'end user', externalId: 'stranger' },
  'key of A without scopes': key('A', [], 'OWN_APPLICATION'),
  'key of A without scopes, EVERYTHING': key('A', [], 'EVERYTHING'),
  'key of A with all scopes': key('A', SCOPES, 'OWN_APPLICATION'),
  'key of B with all scopes': key('B', SCOPES, 'OWN_APPLICATION'),
  'key of A with all scopes, EVERYTHING': key('A', SCOPES, 'EVERYTHING'),
  'dashboard key': key('C', READERS, 'EVERYTHING'),
  ...byScope((scope) => [
    [`key with only ${scope}`, key('A', [scope], 'OWN_APPLICATION')],
    [`key without ${scope}`, key('A', without(scope), 'OWN_APPLICATION')],
    [`key with only ${scope}, EVERYTHING`, key('C', [scope], 'EVERYTHING')],
  ]),
  'root key': { kind: 'operator', scopes: SCOPES },
  'operator with all scopes': { kind: 'operator', scopes: SCOPES },
  'operator without scopes': { kind: 'operator', scopes: [] },
  'operator with one scope': { kind: 'operator', scopes: ['SESSIONS_READ'] },
};

/**
 * Callers of whom each shows something of its own. A key with one scope and reach EVERYTHING shows what the scope opens;
 * with its own application's it shows nothing that the keys without one scope do not from the other side. An operator
 * with all scopes is asked nothing that the root key is not.
 */
export const distinctCallers = Object.keys(callers).filter(
  (caller) => !/^key with only \w+$|^operator with all scopes$/.test(caller),
);

/**
 * Who has all scopes, where a caller is a key without one of them; else null. Such a key is asked for what its scope
 * decides: the rest it has in common with the other, who is asked for it.
 */
export function fullerThan(caller: string): Standing | null {
  return /^key without \w+$/.test(caller) ? standingOf('key of A with all scopes') : null;
}

export function standingOf(caller: string): Standing {
  const standing = callers[caller];
  if (standing === undefined) throw new Error(`No caller is called ${caller}`);
  return standing;
}

/** Whether one of the conditions holds for a caller. `target` is what an id named, where that matters. */
export function opens(opening: Opening, standing: Standing, target: Fact | null = null): boolean {
  return opening.some((condition) => holds(condition, standing, target));
}

function holds(condition: Condition, standing: Standing, target: Fact | null): boolean {
  if (standing.kind === 'nobody') return false;
  if (condition === 'anyone') return true;
  if (condition === 'end user') return standing.kind === 'end user';
  if (condition === 'an application') return standing.kind === 'application';
  if (condition === 'the application itself')
    return standing.kind === 'application' && target?.name === standing.application;
  if (standing.kind === 'end user') return false;
  if (condition === 'an operator') return standing.kind === 'operator';
  if (condition === 'any scope with EVERYTHING')
    return standing.kind === 'application' && standing.reach === 'EVERYTHING' && standing.scopes.length > 0;
  const [scope, everything] = condition.split(' with ');
  const far = standing.kind === 'operator' || standing.reach === 'EVERYTHING';
  return standing.scopes.some((own) => own === scope) && (everything === undefined || far);
}

/** From where somebody looks; null: from nowhere. */
export function viewpointOf(standing: Standing, facts: readonly Fact[]): Viewpoint | null {
  switch (standing.kind) {
    case 'nobody':
      return null;
    case 'operator':
      return { reach: 'EVERYTHING' };
    case 'application':
      return standing.reach === 'EVERYTHING'
        ? { reach: 'EVERYTHING' }
        : {
            reach: 'OWN_APPLICATION',
            application: named(facts, 'Application', standing.application).uuid,
          };
    case 'end user':
      return {
        reach: 'SELF',
        user: facts.find(({ type, name }) => type === 'User' && name === standing.externalId)?.uuid ?? null,
      };
    default:
      return standing satisfies never;
  }
}

/** The record of a type that is called so. */
export function named(facts: readonly Fact[], type: Fact['type'], name: string): Fact {
  const found = facts.find((fact) => fact.type === type && fact.name === name);
  if (found === undefined) throw new Error(`There is no ${type} called ${name}`);
  return found;
}
