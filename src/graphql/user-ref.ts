import type { User } from '../users/user.ts';
import { builder } from './builder.ts';

/** Who somebody is; the rest is read when it is asked for. */
export type UserName = Pick<User, 'id' | 'externalId'>;

/** A user, before user.ts says what its fields are: reports of its usage name users in turn. */
export const UserType = builder.objectRef<User | UserName>('User');
