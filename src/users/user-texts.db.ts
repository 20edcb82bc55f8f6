import type { UserModel } from '../../prisma/generated/models.ts';
import { columns } from '../platform/database/columns.ts';
import type { SeenTimes } from './user-row.db.ts';
import type { UserText } from './user-text.ts';

/** What is selected of a user `u`. What is counted of its sessions is filled in by listUserTexts. */
export function userTextColumn(name: UserText, seen: () => SeenTimes): string {
  switch (name) {
    case 'createdAt':
    case 'lastSessionAt':
      return seen()[name];
    case 'activeSessionCount':
    case 'nextExpiryAt':
      return 'NULL::text';
    default:
      return columns<UserModel>('u', [name]);
  }
}
