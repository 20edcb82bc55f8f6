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
/** The reach of an API key. SELF is for people only. */
export type KeyReach = Exclude<Reach, 'SELF'>;

/** Who asks. Code that handles actors switches over the kind, so that a new kind does not compile until it is handled. */
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
      /** The application's name, not the key's. */
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

/** Under whose name an actor's idempotency keys and rate limit are kept: an application's, or that of a token's subject. */
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

/** An actor's name in the audit trail, its scopes, and its reach. */
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

/** Whether an actor has a scope. People have none, and need none for what is their own. */
export function hasScope(actor: Actor, scope: Scope): boolean {
  return actor.kind !== 'user' && actor.scopes.includes(scope);
}

export type ActorKind = 'APPLICATION' | 'USER' | 'OPERATOR' | 'SYSTEM';
/** An actor and the request that it made. */
export type Caller = { readonly actor: Actor; readonly origin: RequestInfo };
