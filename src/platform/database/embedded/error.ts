/** Why the embedded PostgreSQL cannot be used, for programs; the message says what to do, for people. */
export type EmbeddedPostgresErrorCode =
  | 'PLATFORM_UNSUPPORTED'
  | 'FOLDER_UNREACHABLE'
  | 'FOLDER_UNUSABLE'
  | 'USER_UNAVAILABLE'
  | 'PASSWORD_UNUSABLE'
  | 'CLUSTER_UNUSABLE'
  | 'VERSION_MISMATCH'
  | 'IN_USE'
  | 'START_FAILED';

/** The embedded PostgreSQL cannot be used. Its message is written for the operator and holds no secret. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
  readonly code: EmbeddedPostgresErrorCode;

  constructor(code: EmbeddedPostgresErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The code of a Node or PostgreSQL error ("EACCES", "28P01"), or the kind of value that was thrown. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
