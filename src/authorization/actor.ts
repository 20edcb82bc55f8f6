export const scopes = [
  'SESSIONS_CREATE',
  'SESSIONS_READ',
  'SESSIONS_REVOKE',
  'USAGE_READ',
  'USAGE_WRITE',
  'AUDIT_READ',
  'USERS_READ',
  'USERS_WRITE',
  'POLICIES_WRITE',
  'APPLICATIONS_WRITE',
] as const;
export type Scope = (typeof scopes)[number];
export const reaches = ['SELF', 'OWN_APPLICATION', 'EVERYTHING'] as const;
export type Reach = (typeof reaches)[number];
/** What an API key can have: SELF is for people. */
export type KeyReach = Exclude<Reach, 'SELF'>;

/** Who asks. The kind decides what the rest means; a new kind breaks compilation wherever it must be thought of. */
export type Actor =
  /** The root key, a shell on the gateway's machine, or a token with scopes of its own. */
  | {
      readonly kind: 'operator';
      readonly name: string;
      readonly scopes: readonly Scope[];
      readonly via: 'root key' | 'token' | 'command line';
    }
  /** An API key. */
  | {
      readonly kind: 'application';
      /** The application's. */
      readonly name: string;
      readonly applicationId: string;
      readonly apiKeyId: string;
      readonly scopes: readonly Scope[];
      readonly reach: KeyReach;
    }
  /** A token without scopes: a person, known to the applications by this identifier. */
  | { readonly kind: 'user'; readonly externalId: string };

/** Where a request came from, for logs and the audit trail. */
export type RequestInfo = {
  readonly requestId: string;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
};

/** Whose idempotency keys and whose share of the request limit an actor's are: an application's, or a token's subject's. */
export function principalKey(actor: Actor): string {
  switch (actor.kind) {
    case 'operator':
      return actor.via === 'token' ? `subject:${actor.name}` : `operator:${actor.name}`;
    case 'application':
      return `application:${actor.applicationId}`;
    case 'user':
      return `subject:${actor.externalId}`;
    default:
      return actor satisfies never;
  }
}

export type Principal = {
  readonly kind: ActorKind;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly reach: Reach;
};

/** What an actor is called in the audit trail, what it may do, and whose records that applies to. */
export function principalOf(actor: Actor): Principal {
  switch (actor.kind) {
    case 'operator':
      return { kind: 'OPERATOR', name: actor.name, scopes: actor.scopes, reach: 'EVERYTHING' };
    case 'application':
      return { kind: 'APPLICATION', name: actor.name, scopes: actor.scopes, reach: actor.reach };
    case 'user':
      return { kind: 'USER', name: actor.externalId, scopes: [], reach: 'SELF' };
    default:
      return actor satisfies never;
  }
}

/** Whether an actor has a scope. People have none; what is theirs is open to them without. */
export function hasScope(actor: Actor, scope: Scope): boolean {
  return actor.kind !== 'user' && actor.scopes.includes(scope);
}
export type ActorKind = 'APPLICATION' | 'USER' | 'OPERATOR' | 'SYSTEM';
export type Caller = { readonly actor: Actor; readonly origin: RequestInfo };
