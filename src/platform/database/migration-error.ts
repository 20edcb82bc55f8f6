/** A database that cannot be migrated, or be used as it is; the message says what to do. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}
