import type { UserModel } from '../../prisma/generated/models.ts';
import { type PolicyRow, policyColumns, toOverrides } from '../limits/policy-row.db.ts';
import { columns } from '../platform/database/columns.ts';
import type { User } from './user.ts';

const FIELDS = [
  'id',
  'externalId',
  'createdAt',
  'suspendedAt',
  'erasedAt',
] as const satisfies readonly (keyof UserModel)[];

/** A row of end_user as `userColumns` reads it. */
export type UserRow = Pick<UserModel, (typeof FIELDS)[number] | 'lastSessionAt'> & PolicyRow;

/** Columns of end_user `u`. */
export const userColumns = userColumnsWith('u.last_session_at');

/** Columns of end_user `u`, with what the reader may know of the last session. */
export function userColumnsWith(lastSessionAt: string): string {
  return `${columns<UserModel>('u', FIELDS)}, ${lastSessionAt} AS "lastSessionAt", ${policyColumns('u')}`;
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
