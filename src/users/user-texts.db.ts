import type { UserModel } from '../../prisma/generated/models.ts';
import { columns } from '../platform/database/columns.ts';
import type { SeenTimes } from './user-row.db.ts';
import type { UserText } from './user-text.ts';

/** Whether a column is counted of a user's ACTIVE sessions. */
export function isOfActiveSessions(name: UserText): boolean {
  return name === 'activeSessionCount' || name === 'nextExpiryAt';
}

/** Whether a column depends on whose sessions the viewer sees. */
export function isSeenTime(name: UserText): boolean {
  return name === 'createdAt' || name === 'lastSessionAt';
}

/** What is selected of a user `u`, and of its ACTIVE sessions `active` (activeSessionsOf), which may have none. */
export function userTextColumn(name: UserText, seen: SeenTimes): string {
  switch (name) {
    case 'createdAt':
    case 'lastSessionAt':
      return seen[name];
    case 'activeSessionCount':
      return 'coalesce(active.count, 0)';
    case 'nextExpiryAt':
      return 'active."nextExpiryAt"';
    default:
      return columns<UserModel>('u', [name]);
  }
}
