import type { Caller } from '../authorization/actor.ts';
import type { User } from './user.ts';

/**
 * Removes everything that identifies a person, by our id, and returns when it is gone; null when there is no such user.
 * Erasing again changes nothing, but finishes an erasure that was interrupted.
 * @throws UnavailableError when something may be left; periodic work then finishes it
 */
export type EraseUser = (userId: string, by: Caller) => Promise<User | null>;
