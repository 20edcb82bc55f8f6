import { type PolicyColumns, policyColumns, toOverrides } from '../limits/policy-row.db.ts';
import type { User } from './user.ts';

export type UserRow = PolicyColumns & {
  readonly id: string;
  readonly externalId: string | null;
  readonly createdAt: Date;
  readonly suspendedAt: Date | null;
  readonly erasedAt: Date | null;
  readonly lastSessionAt: Date | null;
};

/** Columns of end_user `u` and of application under the names that Prisma gives them too. */
export const userColumns = userColumnsWith('u.last_session_at');

/** Columns of end_user `u`, with what the reader may know of the last session. */
export function userColumnsWith(lastSessionAt: string): string {
  return `u.id, u.external_id AS "externalId", u.created_at AS "createdAt", u.suspended_at AS "suspendedAt", u.erased_at AS "erasedAt",
    ${lastSessionAt} AS "lastSessionAt", ${policyColumns}`;
}

/** A user as the domain knows it, out of a row of ours or of Prisma's. */
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
