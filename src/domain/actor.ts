import type { ActorKind } from './records.ts';

/** Who asks. The kind decides what the rest may be; later kinds (application, user) join this union. */
export type Actor = { readonly kind: 'operator'; readonly name: string };

/** Where a request came from, for logs and the audit trail. */
export type Origin = {
  readonly requestId: string;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
};

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
export type Reach = 'SELF' | 'OWN_APPLICATION' | 'EVERYTHING';

/** Whose idempotency keys an actor's are: an application's, or a token's subject's. */
export function callerOf(actor: Actor): string {
  switch (actor.kind) {
    case 'operator':
      return `operator:${actor.name}`;
    default:
      return actor.kind satisfies never;
  }
}

/** What an actor is called in the audit trail, what it may do, and whose records that applies to. */
export function standingOf(actor: Actor): { kind: ActorKind; scopes: readonly Scope[]; reach: Reach } {
  switch (actor.kind) {
    case 'operator':
      return { kind: 'OPERATOR', scopes, reach: 'EVERYTHING' };
    default:
      return actor.kind satisfies never;
  }
}
