import type { Caller } from '../authorization/actor.ts';
import type { User } from './user.ts';
/**
 * Removes what identifies a person, by our id, everywhere; null when there is none of that id. Returns when all of it is
 * gone. Erasing again changes nothing, and goes on with what was interrupted.
 * @throws UnavailableError when it may not be all gone; periodic work goes on with it then
 */
export type EraseUser = (userId: string, by: Caller) => Promise<User | null>;
