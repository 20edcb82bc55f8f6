/** What can be read of a user as text, by name; user-texts.db.ts has the columns. */
const USER_TEXTS = [
  'id',
  'externalId',
  'createdAt',
  'suspendedAt',
  'erasedAt',
  'lastSessionAt',
  'activeSessionCount',
  'nextExpiryAt',
] as const;

export type UserText = (typeof USER_TEXTS)[number];

const names: ReadonlySet<string> = new Set(USER_TEXTS);

export function isUserText(name: string): name is UserText {
  return names.has(name);
}
