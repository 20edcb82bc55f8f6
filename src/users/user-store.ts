import type { Caller } from '../authorization/actor.ts';
import type { PolicyChanges } from '../limits/policy.ts';
import type { EraseUser } from './erasure.ts';
import type { User } from './user.ts';
import type { UserReference } from './user-reference.ts';

/**
 * Changes to users. Each writes its audit event in the same transaction, is idempotent, and returns null when the user
 * does not exist. All throw UnavailableError when the change may not have been written.
 */
export type UserStore = {
  readonly suspend: (user: UserReference, reason: string | null, by: Caller) => Promise<User | null>;
  readonly reinstate: (user: UserReference, by: Caller) => Promise<User | null>;
  readonly setPolicy: (user: UserReference, changes: PolicyChanges, by: Caller) => Promise<User | null>;
  readonly erase: EraseUser;
};
