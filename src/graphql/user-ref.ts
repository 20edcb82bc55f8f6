import type { User } from '../users/user.ts';
import { builder } from './builder.ts';

/** The ids of a user. The rest is read when it is selected. */
export type UserName = Pick<User, 'id' | 'externalId'>;

/** In a file of its own because users have usage reports, and these refer to users. user.ts has its fields. */
export const UserType = builder.objectRef<User | UserName>('User');
