import type { Application } from '../applications/application.ts';
import type { Caller } from '../authorization/actor.ts';
import type { Session } from '../sessions/session.ts';
import type { User } from '../users/user.ts';
import type { UserReference } from '../users/user-reference.ts';
import type { PolicyChanges } from './policy.ts';

/**
 * Changes beside issuing. Each is one round trip, writes its audit event in the same transaction, changes
 * nothing when it is so already, and gives null for who or what does not exist.
 */
export type LimitsLedger = {
  revokeSession(id: string, reason: string | null, by: Caller): Promise<Session | null>;
  suspendUser(user: UserReference, reason: string | null, by: Caller): Promise<User | null>;
  reinstateUser(user: UserReference, by: Caller): Promise<User | null>;
  setUserPolicy(user: UserReference, changes: PolicyChanges, by: Caller): Promise<User | null>;
  setApplicationPolicy(
    applicationId: string,
    changes: PolicyChanges,
    by: Caller,
  ): Promise<Application | null>;
};
