import type { UserModel } from '../../prisma/generated/models.ts';
import { type PolicyRow, policyColumns, toOverrides } from '../limits/policy-row.db.ts';
import { columns } from '../platform/database/columns.ts';
import type { User } from './user.ts';

const FIELDS = [
  'id',
  'externalId',
  'suspendedAt',
  'erasedAt',
] as const satisfies readonly (keyof UserModel)[];

/** What depends on whose sessions the viewer sees, as SQL, and where it is read: a join with users `u`, or nothing. */
export type SeenTimes = { readonly createdAt: string; readonly lastSessionAt: string; readonly join: string };

/** A row of end_user as `userColumns` reads it. */
export type UserRow = Pick<UserModel, (typeof FIELDS)[number] | 'createdAt' | 'lastSessionAt'> & PolicyRow;

/** For whoever sees all sessions of a user. */
export const SEEN_BY_ALL: SeenTimes = {
  createdAt: 'u.created_at',
  lastSessionAt: 'u.last_session_at',
  join: '',
};

/** Columns of end_user `u`, for whoever sees all sessions of a user. */
export const userColumns = userColumnsWith(SEEN_BY_ALL);

/** Columns of end_user `u`, with the times that the viewer may know. */
export function userColumnsWith({ createdAt, lastSessionAt }: SeenTimes): string {
  const seen = `${createdAt} AS "createdAt", ${lastSessionAt} AS "lastSessionAt"`;
  return `${columns<UserModel>('u', FIELDS)}, ${seen}, ${policyColumns('u')}`;
}

/** A user as the domain knows it. */
export function toUser(row: UserRow): User {
  const { id, externalId, createdAt, suspendedAt, erasedAt, lastSessionAt } = row;
  return {
    id,
    externalId,
    createdAt,
    suspendedAt,
    erasedAt,
    lastSessionAt,
    policyOverrides: toOverrides(row),
  };
}
