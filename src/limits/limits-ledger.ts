import type { Application, User } from '../audit/audit-event.ts';
import type { Actor, Origin } from '../authorization/actor.ts';
import type { Session } from '../sessions/session.ts';
import type { PolicyOverrides } from './policy.ts';

export type By = { readonly actor: Actor; readonly origin: Origin };

/** Somebody by our id, or by the identifier the applications use; the latter may not have asked for anything yet. */
export type UserReference =
  | { readonly id: string; readonly externalId: null }
  | { readonly id: null; readonly externalId: string };

/** What is changed of the limits: an absent field stays as it is, null returns to the inherited value. */
export type PolicyChanges = { readonly [K in keyof PolicyOverrides]?: PolicyOverrides[K] };

/**
 * Changes beside issuing. Each is one round trip, writes its audit event in the same transaction, changes
 * nothing when it is so already, and gives null for who or what does not exist.
 */
export type LimitsLedger = {
  revokeSession(id: string, reason: string | null, by: By): Promise<Session | null>;
  suspendUser(user: UserReference, reason: string | null, by: By): Promise<User | null>;
  reinstateUser(user: UserReference, by: By): Promise<User | null>;
  setUserPolicy(user: UserReference, changes: PolicyChanges, by: By): Promise<User | null>;
  setApplicationPolicy(applicationId: string, changes: PolicyChanges, by: By): Promise<Application | null>;
};
